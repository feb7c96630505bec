"""Steps that send messages as unusual HTTP requests: in pieces, truncated, malformed, or with other methods."""

import contextlib
from collections.abc import Callable, Iterator
from functools import partial
from typing import TYPE_CHECKING, Literal

import msgspec

from fiskil_harness.app.effects import query_effects
from fiskil_harness.core.clock import wait_until
from fiskil_harness.core.config.hooks import EFFECTS
from fiskil_harness.errors import HookError
from fiskil_harness.journal import Delivery, DeliveryKind
from fiskil_harness.scenario.steps.deliveries import attempt, send, until_it_hangs
from fiskil_harness.scenario.steps.events import new_event, sealed
from fiskil_harness.scenario.steps.step import EventStep, Step, TwinStep, refuse_outside
from fiskil_harness.webhooks.connection_script import HangUp, Move, Reset, Send
from fiskil_harness.webhooks.request_variants import Kind, RequestVariant, SignedRequest, head, of_kinds, request_variant
from fiskil_harness.webhooks.sender import Outgoing
from fiskil_harness.webhooks.signature_schemes import header_value, signature_headers

if TYPE_CHECKING:
    from fiskil_harness.core.model import Message
    from fiskil_harness.sandbox import EndUser
    from fiskil_harness.scenario.stage import Stage

ATTEMPTS_PER_FORM = 2
MOST_CONNECTIONS = 100
NOTICE_CAP_S = 0.2
"""How long a busy app may take to notice that a connection has ended, in real seconds."""

KINDS_OF_FAMILY: dict[DeliveryKind, tuple[Kind, ...]] = {
    "odd": (Kind.ODD, Kind.MALFORMED),
    "broken": (Kind.BROKEN,),
    "method": (Kind.SAFE, Kind.METHOD),
}
VARIANT_OF_END = {"close": "cut_in_order", "reset": "cut_by_reset"}
EVENT_KINDS = {"odd": "consent.updated", "broken": "consent.revoked", "method": "consent.updated"}
NO_RESPONSE_READ = "hung up before reading the response"
BROWSER = (
    ("Origin", "{origin}"),
    ("Referer", "{origin}/"),
    ("Cookie", "csrftoken=harness; XSRF-TOKEN=harness; session=harness"),
    ("X-CSRFToken", "harness"),
    ("X-CSRF-Token", "harness"),
    ("X-XSRF-TOKEN", "harness"),
    ("X-Requested-With", "XMLHttpRequest"),
)


class DeliverEveryForm(TwinStep, frozen=True, kw_only=True, tag="deliver_every_form"):
    """Messages arrive in every variant of HTTP request that Fiskil could plausibly use, each with a new event.

    A message that is not acknowledged is sent once more in the same variant.

    Args:
        twin: Name of the participant; "" means the scenario's end user.
    """

    def perform(self, stage: "Stage") -> None:
        """Deliver one message in each variant.

        Raises:
            StepError: The participant has no consent yet.
        """
        end_user = stage.end_user(self.twin)
        until_it_hangs(stage, (partial(_deliver_form, stage, end_user, form) for form in of_kinds(Kind.PLAIN)))


class SendVariant(Step, frozen=True, tag="send_variant"):
    """An event that never happened is sent in one variant of HTTP request that Fiskil never uses.

    Args:
        name: Name of the variant in ``webhooks/request_variants``, such as "folded_header".
        twin: Name of the participant; "" means the scenario's end user.
    """

    name: str
    twin: str = ""

    def check(self) -> None:
        """Validate *name*.

        Raises:
            UnknownName: No variant has this name.
        """
        request_variant(self.name)

    def perform(self, stage: "Stage") -> None:
        """Send the request.

        Raises:
            StepError: The participant has no consent yet.
        """
        _send_variant(stage, stage.end_user(self.twin), request_variant(self.name))


class SendEveryVariant(Step, frozen=True, tag="send_every_variant"):
    """Every HTTP request variant of a family is sent; after each, a genuine message checks that the receiver works.

    Args:
        of: "odd" for unusual or malformed requests, "broken" for truncated ones, "method" for other HTTP methods.
        event: Symbol of a delivered event, such as ``e0``; it is repeated after each variant.
        twin: Name of the participant; "" means the scenario's end user.
    """

    of: Literal["odd", "broken", "method"]
    event: str
    twin: str = ""

    def perform(self, stage: "Stage") -> None:
        """Send the requests. If the app refuses the repeated event, it must acknowledge a new one.

        Raises:
            UnknownName: No event has this symbol.
            StepError: The participant has no consent yet.
        """
        end_user = stage.end_user(self.twin)

        def deliveries() -> Iterator[Callable[[], Delivery]]:
            for variant in of_kinds(*KINDS_OF_FAMILY[self.of]):
                yield partial(_send_variant, stage, end_user, variant)
                yield partial(_check_receiver, stage, end_user, self.event, variant)

        until_it_hangs(stage, deliveries())


class LoseConnection(EventStep, frozen=True, tag="lose_connection"):
    """One event is delivered completely, and the connection ends before the app can respond.

    Args:
        event: Symbol of the event, such as ``e0``.
        by: How the connection ends: "close" (FIN) or "reset" (RST).
    """

    by: Literal["close", "reset"] = "close"

    def perform(self, stage: "Stage") -> None:
        """Deliver without waiting for a response.

        Raises:
            UnknownName: No event has this symbol.
        """
        parcel = stage.outbox.find(self.event)
        parcel.next_attempt()
        message = stage.dispatcher.message(parcel)
        letter = _letter(stage, message)
        ending: Move = HangUp() if self.by == "close" else Reset()
        stamp = stage.journal.stamp()
        talk = stage.sender.run_script((Send(head(letter) + letter.body), ending))
        reply = msgspec.structs.replace(talk.reply, problem=talk.reply.problem if talk.replies else NO_RESPONSE_READ)
        outgoing = Outgoing.of(message, event=parcel.symbol, participant=parcel.participant, name=f"lost by {self.by}")
        delivery = stage.sender.note(outgoing, reply, stage.journal, stamp)
        stage.dispatcher.settle(parcel, delivery)


class TruncateRequest(EventStep, frozen=True, tag="truncate_request"):
    """Only half of a message's body arrives before the connection ends.

    Afterwards the app's effects are recorded, to show whether it processed the truncated message.

    Args:
        event: Symbol of the event, such as ``e0``; its next attempt is truncated.
        by: How the connection ends: "close" (FIN) or "reset" (RST).
        times: Number of connections on which the attempt is made, one after another, from 1 to 100.
    """

    by: Literal["close", "reset"] = "close"
    times: int = 1

    def check(self) -> None:
        """Validate *times*.

        Raises:
            ConfigError: *times* is not from 1 to 100.
        """
        refuse_outside(self, "times", 1, MOST_CONNECTIONS)

    def perform(self, stage: "Stage") -> None:
        """Send half of the request, and record the app's effects.

        Raises:
            UnknownName: No event has this symbol.
        """
        variant = request_variant(VARIANT_OF_END[self.by])
        parcel = stage.outbox.find(self.event)
        parcel.next_attempt()
        message = stage.dispatcher.message(parcel)
        outgoing = Outgoing.of(
            message, event=parcel.symbol, participant=parcel.participant, kind="broken", name=variant.name, is_judged=False
        )
        for _ in range(self.times):
            delivery = _send_written(stage, variant, message, outgoing)
        stage.dispatcher.settle(parcel, delivery)
        if stage.app.has(EFFECTS):
            owner = stage.owner_of(parcel.symbol)
            with contextlib.suppress(HookError):
                wait_until(
                    lambda: (query_effects(stage.app, owner.values).applied or {}).get(message.message_id),
                    cap_s=NOTICE_CAP_S,
                )
                stage.snapshot("half_sent", owner, is_settled=False)


class DeliverAsBrowser(TwinStep, frozen=True, kw_only=True, tag="deliver_as_browser"):
    """A new event is delivered; if the app refuses it, it is delivered again with the headers that a browser would add.

    A receiver that verifies signatures needs no cookie and no CSRF token. If the receiver accepts only the second request,
    its CSRF protection refused the first request.

    Args:
        twin: Name of the participant; "" means the scenario's end user.
    """

    def perform(self, stage: "Stage") -> None:
        """Deliver the event once or twice.

        Raises:
            StepError: The participant has no consent yet.
        """
        parcel = new_event(stage, stage.end_user(self.twin))
        if attempt(stage, parcel).status is None:
            return
        if not parcel.is_acknowledged:
            target = stage.sender.target
            origin = f"http{'s' if target.is_tls else ''}://{target.host}:{target.port}"
            headers = tuple((name, value.format(origin=origin)) for name, value in BROWSER)
            attempt(stage, parcel, headers=headers, name="as a browser")


def _deliver_form(stage: "Stage", end_user: "EndUser", form: RequestVariant) -> Delivery:
    parcel = new_event(stage, end_user)
    for _ in range(ATTEMPTS_PER_FORM):
        parcel.next_attempt()
        message = stage.dispatcher.message(parcel)
        outgoing = Outgoing.of(message, event=parcel.symbol, participant=end_user.participant, name=form.name)
        delivery = _send_written(stage, form, message, outgoing)
        stage.dispatcher.settle(parcel, delivery)
        if delivery.is_acknowledged:
            break
    return delivery


def _send_variant(stage: "Stage", end_user: "EndUser", variant: RequestVariant) -> Delivery:
    family = next(name for name, kinds in KINDS_OF_FAMILY.items() if variant.kind in kinds)
    symbol = f"{family}:{variant.name}"
    message = sealed(stage, end_user, EVENT_KINDS[family], symbol)
    outgoing = Outgoing.of(
        message, event=symbol, participant=end_user.participant, kind=family, name=variant.name, is_judged=False
    )
    return _send_written(stage, variant, message, outgoing)


def _send_written(stage: "Stage", variant: RequestVariant, message: "Message", outgoing: Outgoing) -> Delivery:
    """Send *message* as *variant* writes it, and record the outcome."""
    stamp = stage.journal.stamp()
    talk = stage.sender.run_script(variant.script(_letter(stage, message)))
    return stage.sender.note(outgoing, talk.reply, stage.journal, stamp)


def _check_receiver(stage: "Stage", end_user: "EndUser", event: str, variant: RequestVariant) -> Delivery:
    """Check that the receiver still works: deliver *event* again, or if that is refused, a new event."""
    parcel = stage.outbox.find(event)
    message = stage.dispatcher.message(parcel)
    name = f"after {variant.name}"
    delivery = send(stage, message, event=event, participant=parcel.participant, kind="replay", name=name, is_judged=False)
    if delivery.is_acknowledged:
        return delivery
    next_parcel = new_event(stage, end_user)
    for _ in range(1 if "limit" in delivery.problem else ATTEMPTS_PER_FORM):
        delivery = attempt(stage, next_parcel, name=name)
        if delivery.is_acknowledged:
            break
    return delivery


def _letter(stage: "Stage", message: "Message") -> SignedRequest:
    target = stage.sender.target
    scheme = stage.fiskil.dialect.scheme
    return SignedRequest(
        path=target.path,
        host=f"{target.host}:{target.port}",
        body=message.body,
        signature=header_value(message, scheme, message.signature),
        header=scheme.header,
        reported=tuple(f"{name}: {value}" for name, value in signature_headers(message, scheme)),
    )
