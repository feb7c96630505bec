"""Steps of a sender whose messages are right and whose bytes come in another way: in pieces, cut off, by other methods."""

import contextlib
from collections.abc import Callable, Iterator
from functools import partial
from typing import TYPE_CHECKING, Literal

import msgspec

from fiskil_harness.app.effects import query_effects
from fiskil_harness.core.clock import wait_until
from fiskil_harness.core.config.hooks import EFFECTS
from fiskil_harness.errors import ConfigError, HookError
from fiskil_harness.journal import HALVED, Delivery, DeliveryKind
from fiskil_harness.scenario.steps.deliveries import attempt, sealed, settle, until_it_hangs
from fiskil_harness.scenario.steps.events import fresh_fact, invented, used_kind
from fiskil_harness.scenario.steps.step import PlainStep
from fiskil_harness.webhooks import seal
from fiskil_harness.webhooks.connection_script import HangUp, Move, Reset, Send
from fiskil_harness.webhooks.request_variants import Kind, Letter, RequestVariant, head, of_kinds, request_variant
from fiskil_harness.webhooks.retry_schedule import Parcel
from fiskil_harness.webhooks.sender import Outgoing
from fiskil_harness.webhooks.signature_schemes import lines

if TYPE_CHECKING:
    from fiskil_harness.core.model import Message
    from fiskil_harness.scenario.stage import Participant, Stage

TRIES = 2
MOST_HALVES = 100
NOTICED_S = 0.2
"""A busy app may notice so late that a connection has ended."""

OF: dict[DeliveryKind, tuple[Kind, ...]] = {
    "odd": (Kind.ODD, Kind.MALFORMED),
    "broken": (Kind.BROKEN,),
    "method": (Kind.SAFE, Kind.METHOD),
}
CUTS = {"close": "cut_in_order", "reset": "cut_by_reset"}
EVENT_KINDS = {"odd": "consent.updated", "broken": "consent.revoked", "method": "consent.updated"}
UNREAD = "hung up before reading the answer"
BROWSER = (
    ("Origin", "{origin}"),
    ("Referer", "{origin}/"),
    ("Cookie", "csrftoken=harness; XSRF-TOKEN=harness; session=harness"),
    ("X-CSRFToken", "harness"),
    ("X-CSRF-Token", "harness"),
    ("X-XSRF-TOKEN", "harness"),
    ("X-Requested-With", "XMLHttpRequest"),
)


class DeliverEveryForm(PlainStep, frozen=True, kw_only=True, tag="deliver_every_form"):
    """Every form of a request that Fiskil could well send, each with the message of an event of its own.

    One that is not acknowledged comes once more in the same form.
    """

    twin: str = ""

    def perform(self, stage: "Stage") -> None:
        """Deliver them."""
        participant = stage.participant(self.twin)
        until_it_hangs(stage, (partial(_deliver_form, stage, participant, of_kind) for of_kind in of_kinds(Kind.PLAIN)))


class SendVariant(PlainStep, frozen=True, tag="send_variant"):
    """One way to hand a message over of which Fiskil has none, with the message of an event that never happened."""

    name: str
    twin: str = ""

    def check(self) -> None:
        """Refuse a way that does not exist."""
        request_variant(self.name)

    def perform(self, stage: "Stage") -> None:
        """Send it."""
        _send_ugly(stage, stage.participant(self.twin), request_variant(self.name))


class SendEveryVariant(PlainStep, frozen=True, tag="send_every_variant"):
    """Every way of a family, and after each ``event`` once more, to see whether the receiver still works."""

    of: Literal["odd", "broken", "method"]
    event: str
    twin: str = ""

    def perform(self, stage: "Stage") -> None:
        """Send them; where the repetition is refused, something new must be taken."""
        participant = stage.participant(self.twin)

        def deliveries() -> Iterator[Callable[[], Delivery]]:
            for of_kind in of_kinds(*OF[self.of]):
                yield partial(_send_ugly, stage, participant, of_kind)
                yield partial(_look_after, stage, participant, self.event, of_kind)

        until_it_hangs(stage, deliveries())


class LoseConnection(PlainStep, frozen=True, tag="lose_connection"):
    """One event is handed over whole, and the connection is gone before anything can be answered: closed, or reset."""

    event: str
    by: Literal["close", "reset"] = "close"

    def perform(self, stage: "Stage") -> None:
        """Deliver without waiting for an answer."""
        parcel = stage.outbox.find(self.event)
        parcel.next_attempt()
        message = sealed(stage, parcel)
        note = msgspec.structs.replace(_note(stage, parcel, message), name=f"lost by {self.by}")
        letter = _letter(stage, message)
        ending: Move = HangUp() if self.by == "close" else Reset()
        stamp = stage.journal.stamp()
        talk = stage.sender.talk((Send(head(letter) + letter.body), ending))
        reply = msgspec.structs.replace(talk.reply, trouble=talk.reply.trouble if talk.replies else UNREAD)
        delivery = stage.sender.note(_outgoing(note, message), reply, stage.journal, stamp)
        settle(stage, parcel, [delivery])


class TruncateRequest(PlainStep, frozen=True, tag="truncate_request"):
    """Of one event's next attempt only half of the body arrives, then the connection is gone: closed, or reset.

    The attempt is made on so many connections in a row (``times``). What the app tells within a moment shows whether it
    acted on the half.
    """

    event: str
    by: Literal["close", "reset"] = "close"
    times: int = 1

    def check(self) -> None:
        """Refuse none at all, and more than anybody waits for."""
        if not 1 <= self.times <= MOST_HALVES:
            raise ConfigError(f"LoseHalf: times must be from 1 to {MOST_HALVES}, got {self.times}.")

    def perform(self, stage: "Stage") -> None:
        """Break off halfway, and look."""
        way = request_variant(CUTS[self.by])
        parcel = stage.outbox.find(self.event)
        parcel.next_attempt()
        message = sealed(stage, parcel)
        note = msgspec.structs.replace(_note(stage, parcel, message), kind="broken", name=way.name, is_judged=False)
        for _ in range(self.times):
            stamp = stage.journal.stamp()
            talk = stage.sender.talk(way.script(_letter(stage, message)))
            delivery = stage.sender.note(_outgoing(note, message), talk.reply, stage.journal, stamp)
        settle(stage, parcel, [delivery])
        if stage.app.has(EFFECTS):
            owner = stage.owner_of(parcel.symbol)
            with contextlib.suppress(HookError):
                wait_until(
                    lambda: (query_effects(stage.app, owner.values).applied or {}).get(message.message_id), cap_s=NOTICED_S
                )
                stage.snapshot(HALVED, owner, is_settled=False)


class DeliverAsBrowser(PlainStep, frozen=True, kw_only=True, tag="deliver_as_browser"):
    """Something happens and its message is delivered; if it is refused, once more with what a browser would add.

    Cookies and tokens against forged forms mean nothing to who verifies signatures, so taking the second tells who refused
    the first.
    """

    twin: str = ""

    def perform(self, stage: "Stage") -> None:
        """Deliver, and perhaps deliver again."""
        parcel = fresh_fact(stage, stage.participant(self.twin))
        if attempt(stage, parcel).status is None:
            return
        if not parcel.is_acknowledged:
            target = stage.sender.target
            origin = f"http{'s' if target.is_tls else ''}://{target.host}:{target.port}"
            headers = tuple((name, value.format(origin=origin)) for name, value in BROWSER)
            attempt(stage, parcel, headers=headers, name="as a browser")


def _deliver_form(stage: "Stage", participant: "Participant", form: RequestVariant) -> Delivery:
    parcel = fresh_fact(stage, participant)
    for _ in range(TRIES):
        parcel.next_attempt()
        message = sealed(stage, parcel)
        note = msgspec.structs.replace(_note(stage, parcel, message), name=form.name)
        stamp = stage.journal.stamp()
        talk = stage.sender.talk(form.script(_letter(stage, message)))
        delivery = stage.sender.note(_outgoing(note, message), talk.reply, stage.journal, stamp)
        settle(stage, parcel, [delivery])
        if delivery.outcome == "ack":
            break
    return delivery


def _send_ugly(stage: "Stage", participant: "Participant", way: RequestVariant) -> Delivery:
    family = next(name for name, kinds in OF.items() if way.kind in kinds)
    event = invented(stage, participant, used_kind(stage, EVENT_KINDS[family]))
    message = seal(event, attempt=1, secret=stage.fiskil.credentials.webhook_secret, dialect=stage.fiskil.dialect)
    symbol = f"{family}:{way.name}"
    stage.journal.names[event.message_id] = symbol
    note = Delivery(
        event=symbol,
        participant=participant.name,
        message_id=event.message_id,
        attempt=1,
        kind=family,
        name=way.name,
        body=message.body,
        is_judged=False,
    )
    stamp = stage.journal.stamp()
    talk = stage.sender.talk(way.script(_letter(stage, message)))
    return stage.sender.note(_outgoing(note, message), talk.reply, stage.journal, stamp)


def _look_after(stage: "Stage", participant: "Participant", event: str, way: RequestVariant) -> Delivery:
    """Whether the receiver still works: it takes what it has had once more, or something new."""
    parcel = stage.outbox.find(event)
    message = sealed(stage, parcel)
    name = f"after {way.name}"
    note = msgspec.structs.replace(_note(stage, parcel, message), kind="replay", name=name, is_judged=False)
    delivery = stage.sender.deliver(_outgoing(note, message), stage.journal)
    if delivery.outcome == "ack":
        return delivery
    fresh = fresh_fact(stage, participant)
    for _ in range(1 if "limit" in delivery.trouble else TRIES):
        delivery = attempt(stage, fresh, name=name)
        if delivery.outcome == "ack":
            break
    return delivery


def _note(stage: "Stage", parcel: Parcel, message: "Message") -> Delivery:
    return Delivery(
        event=parcel.symbol,
        participant=stage.owner_of(parcel.symbol).name,
        message_id=message.message_id,
        attempt=message.attempt,
        body=message.body,
    )


def _outgoing(note: Delivery, message: "Message") -> Outgoing:
    return Outgoing(note=note, headers=message.headers)


def _letter(stage: "Stage", message: "Message") -> Letter:
    target = stage.sender.target
    scheme = stage.fiskil.dialect.scheme
    return Letter(
        path=target.path,
        host=f"{target.host}:{target.port}",
        body=message.body,
        signature=message.signature,
        header=scheme.header,
        reported=tuple(f"{name}: {value}" for name, value in lines(message, scheme)),
    )
