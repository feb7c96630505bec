"""The step that tests for request smuggling: a refused request, and a genuine one after it on the same connection."""

from typing import TYPE_CHECKING

import msgspec

from fiskil_harness.core.model import Message
from fiskil_harness.journal import DeliveryKind
from fiskil_harness.scenario.steps.deliveries import attempt
from fiskil_harness.scenario.steps.events import headers_with, new_event, sealed
from fiskil_harness.scenario.steps.forging import forgery_source
from fiskil_harness.scenario.steps.step import TwinStep
from fiskil_harness.webhooks.connection_script import Conversation, ReadResponse, Send, Watch
from fiskil_harness.webhooks.request_variants import WRONG_SIGNATURE
from fiskil_harness.webhooks.responses import Reply
from fiskil_harness.webhooks.sender import Outgoing, written

if TYPE_CHECKING:
    from fiskil_harness.sandbox import EndUser
    from fiskil_harness.scenario.stage import Stage

WATCHED_MS, LATE_MS = 60, 300
"""How long to wait for an unexpected extra response, in real milliseconds: before the genuine message, and after it.

If the extra response comes late, it is taken for the response to the genuine message. The response to the genuine message
then arrives last, and counts as the extra one.
"""
KIND = "consent.updated"
LARGE = 1_500_000
REFUSED: dict[str, tuple[str | None, int]] = {
    "unsigned": (None, 0),
    "wrong_signature": (WRONG_SIGNATURE, 0),
    "large": (WRONG_SIGNATURE, LARGE),
}
"""Requests that the receiver must refuse: the signature (None: unsigned), and the bytes of padding after the body."""


class RefuseThenReuse(TwinStep, frozen=True, kw_only=True, tag="refuse_then_reuse"):
    """A forged request arrives whose body looks like a second request; a genuine message follows on the same connection.

    The text in the body is not a request, although it contains a correctly signed message: it must get no response and have
    no effect. The receiver may also close the connection; then the genuine message is delivered on a new connection. This
    is done once for each reason to refuse a request: no signature, a wrong signature, a large body.

    Args:
        twin: Name of the participant; "" means the scenario's end user.
    """

    def perform(self, stage: "Stage") -> None:
        """Send one pair of requests for each reason.

        Raises:
            StepError: There is no consent yet.
        """
        end_user = stage.end_user(self.twin)
        for name in REFUSED:
            _refuse_then_reuse(stage, end_user, name)


def _refuse_then_reuse(stage: "Stage", end_user: "EndUser", name: str) -> None:
    inner = sealed(stage, end_user, KIND, f"embedded:{name}")
    outer = sealed(stage, end_user, KIND, f"outer:{name}")
    signature, padding_bytes = REFUSED[name]
    target = stage.sender.target
    embedded = written(target, body=inner.body, headers=inner.headers, is_kept=True)
    headers = headers_with(stage, outer, signature)
    refused = written(target, body=embedded + b" " * padding_bytes, headers=headers, is_kept=True)
    parcel = new_event(stage, end_user)
    parcel.next_attempt()
    message = stage.dispatcher.message(parcel)
    genuine = written(target, body=message.body, headers=message.headers, is_kept=True)
    stamp = stage.journal.stamp()
    talk = stage.sender.run_script(
        (Send(refused), ReadResponse(), Watch(ms=WATCHED_MS), Send(genuine), ReadResponse(), Watch(ms=LATE_MS)),
        source_ip=forgery_source(stage),
    )
    _note_refusal(stage, end_user, name, stamp, talk, (outer, inner), refused)
    if len(talk.replies) > 1:
        outgoing = Outgoing.of(
            message, event=parcel.symbol, participant=end_user.participant, name=f"behind {name}", is_judged=False
        )
        delivery = stage.sender.note(outgoing, talk.replies[1], stage.journal, stamp)
        stage.dispatcher.settle(parcel, delivery)
    if not parcel.is_acknowledged:
        attempt(stage, parcel, name=f"after {name}")


def _note_refusal(
    stage: "Stage",
    end_user: "EndUser",
    name: str,
    stamp: dict[str, float | int],
    talk: Conversation,
    messages: tuple[Message, Message],
    refused: bytes,
) -> None:
    """Record the refused request. If the embedded request got a response, record it like a request that was sent."""
    outer, inner = messages
    sent = msgspec.structs.replace(
        outer, body=refused.partition(b"\r\n\r\n")[2], headers=headers_with(stage, outer, REFUSED[name][0])
    )
    received: list[tuple[Message, DeliveryKind, str, Reply]] = [(sent, "refusable", "outer", talk.reply)]
    received += [(inner, "embedded", "embedded", reply) for reply in talk.unsolicited[:1]]
    for message, kind, place, reply in received:
        outgoing = Outgoing.of(
            message, event=f"{place}:{name}", participant=end_user.participant, kind=kind, name=name, is_judged=False
        )
        stage.sender.note(outgoing, reply, stage.journal, dict(stamp))
