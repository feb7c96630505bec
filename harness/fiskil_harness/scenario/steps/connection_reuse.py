"""Steps on one connection: a request that is refused, and another behind it."""

from typing import TYPE_CHECKING

import msgspec

from fiskil_harness.journal import Delivery
from fiskil_harness.scenario.steps.deliveries import attempt, sealed, settle
from fiskil_harness.scenario.steps.events import fresh_fact, invented, used_kind
from fiskil_harness.scenario.steps.step import PlainStep
from fiskil_harness.webhooks import seal
from fiskil_harness.webhooks.connection_script import ReadResponse, Send, Talk, Watch
from fiskil_harness.webhooks.request_variants import WRONG_SIGNATURE
from fiskil_harness.webhooks.sender import Outgoing, written
from fiskil_harness.webhooks.signature_schemes import JSON, lines

if TYPE_CHECKING:
    from fiskil_harness.core.model import Message
    from fiskil_harness.scenario.stage import Participant, Stage

WATCHED_MS, LATE_MS = 60, 300
"""So long an answer that nobody asked for is waited for before the genuine message, and so long behind its answer: what
comes late is taken for that, and the one that was meant is left over.
"""
LARGE = 1_500_000
REFUSED: dict[str, tuple[str | None, int]] = {
    "unsigned": (None, 0),
    "wrong_signature": (WRONG_SIGNATURE, 0),
    "large": (WRONG_SIGNATURE, LARGE),
}
"""Requests that are refused: their signature, and how many more bytes they carry."""


class RefuseThenReuse(PlainStep, frozen=True, kw_only=True, tag="refuse_then_reuse"):
    """A forged request whose body reads like a request of its own, and behind it on the same connection a genuine one.

    What stands in a body is no request: it gets no answer and has no effect, whoever signed it. A receiver that closes the
    connection is right as well; then the genuine message comes on another. Each way of being refused has a turn.
    """

    twin: str = ""

    def perform(self, stage: "Stage") -> None:
        """Send them."""
        participant = stage.participant(self.twin)
        for name in REFUSED:
            _refuse_then_reuse(stage, participant, name)


def _refuse_then_reuse(stage: "Stage", participant: "Participant", name: str) -> None:
    inner = _sealed(stage, participant, f"embedded:{name}")
    outer = _sealed(stage, participant, f"outer:{name}")
    signature, more = REFUSED[name]
    target = stage.sender.target
    embedded = written(target, body=inner.body, headers=inner.headers, is_kept=True)
    refused = written(target, body=embedded + b" " * more, headers=_under(stage, outer, signature), is_kept=True)
    parcel = fresh_fact(stage, participant)
    parcel.next_attempt()
    message = sealed(stage, parcel)
    genuine = written(target, body=message.body, headers=message.headers, is_kept=True)
    stamp = stage.journal.stamp()
    talk = stage.sender.talk(
        (Send(refused), ReadResponse(), Watch(ms=WATCHED_MS), Send(genuine), ReadResponse(), Watch(ms=LATE_MS))
    )
    _note_refusal(stage, participant, name, stamp, talk, (outer, inner), refused)
    if len(talk.replies) > 1:
        note = Delivery(
            event=parcel.symbol,
            participant=participant.name,
            message_id=message.message_id,
            attempt=message.attempt,
            name=f"behind {name}",
            body=message.body,
            is_judged=False,
        )
        delivery = stage.sender.note(_outgoing(note, message), talk.replies[1], stage.journal, stamp)
        settle(stage, parcel, [delivery])
    if not parcel.is_acknowledged:
        attempt(stage, parcel, name=f"after {name}")


def _note_refusal(
    stage: "Stage",
    participant: "Participant",
    name: str,
    stamp: dict[str, float | int],
    talk: Talk,
    messages: "tuple[Message, Message]",
    refused: bytes,
) -> None:
    """Write down what was refused, and what stood in its body if that was answered, as if it had been sent."""
    outer, inner = messages
    note = Delivery(
        event=f"outer:{name}",
        participant=participant.name,
        message_id=outer.message_id,
        attempt=1,
        kind="refusable",
        name=name,
        body=refused.partition(b"\r\n\r\n")[2],
        is_judged=False,
    )
    stage.sender.note(
        Outgoing(note=note, headers=_under(stage, outer, REFUSED[name][0])), talk.reply, stage.journal, dict(stamp)
    )
    for reply in talk.unasked[:1]:
        note = msgspec.structs.replace(
            note, event=f"embedded:{name}", message_id=inner.message_id, kind="embedded", body=inner.body
        )
        stage.sender.note(_outgoing(note, inner), reply, stage.journal, dict(stamp))


def _sealed(stage: "Stage", participant: "Participant", symbol: str) -> "Message":
    """An honestly signed message of an event that never happened."""
    event = invented(stage, participant, used_kind(stage, "consent.updated"))
    stage.journal.names[event.message_id] = symbol
    return seal(event, attempt=1, secret=stage.fiskil.credentials.webhook_secret, dialect=stage.fiskil.dialect)


def _under(stage: "Stage", message: "Message", signature: str | None) -> tuple[tuple[str, str], ...]:
    """The headers of *message* under another signature, or under none."""
    signatures = () if signature is None else (signature,)
    return (*JSON, *lines(message, stage.fiskil.dialect.scheme, *signatures))


def _outgoing(note: Delivery, message: "Message") -> Outgoing:
    return Outgoing(note=note, headers=message.headers)
