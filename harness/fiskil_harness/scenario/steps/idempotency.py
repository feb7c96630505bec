"""Steps that repeat messages in another notation, or with two ids: the app must recognise each repetition."""

from functools import partial
from typing import TYPE_CHECKING

import msgspec

from fiskil_harness.journal import Delivery
from fiskil_harness.scenario.steps.deliveries import attempt, send, until_it_hangs
from fiskil_harness.scenario.steps.events import invented, new_event, used_kind
from fiskil_harness.scenario.steps.forging import forgery_source
from fiskil_harness.scenario.steps.step import Step, TwinStep
from fiskil_harness.webhooks.payload_variants import spell
from fiskil_harness.webhooks.signature_schemes import signed
from fiskil_harness.webhooks.signature_variants import SPELLINGS

if TYPE_CHECKING:
    from fiskil_harness.sandbox import EndUser
    from fiskil_harness.scenario.stage import Stage

PLAIN = "plain"
"""Name of the unchanged repetition. If it has a second effect too, the other notations are not the cause."""


class RepeatInEverySpelling(TwinStep, frozen=True, kw_only=True, tag="repeat_in_every_spelling"):
    """A new event is delivered for each notation of signatures and headers, and its message is repeated in that notation.

    One message is repeated unchanged. Any response to a repetition is accepted.

    Args:
        twin: Name of the participant; "" means the scenario's end user.
    """

    def perform(self, stage: "Stage") -> None:
        """Deliver each message twice.

        Raises:
            StepError: The participant has no consent yet.
        """
        end_user = stage.end_user(self.twin)
        until_it_hangs(stage, (partial(_repeat, stage, end_user, name) for name in (PLAIN, *SPELLINGS)))


class RepeatIds(Step, frozen=True, kw_only=True, tag="repeat_ids"):
    """Two signed messages arrive, each with two message ids: their first ids are equal, their second ids differ.

    The id's key is repeated in the JSON body, or its header is repeated if the sender puts the id into a header.

    Args:
        kind: Kind of the event; another kind is used if ``app.facts.uses_events`` does not cover it.
        twin: Name of the participant; "" means the scenario's end user.
    """

    kind: str = "consent.updated"
    twin: str = ""

    def perform(self, stage: "Stage") -> None:
        """Send the messages one after another.

        Raises:
            StepError: The participant has no consent yet.
        """
        end_user = stage.end_user(self.twin)
        kind = used_kind(stage, self.kind)
        first, *others = (stage.fiskil.sandbox.mint.message_id() for _ in range(3))
        for number, message_id in enumerate((first, *others)):
            stage.journal.names[message_id] = f"repeated:{number}"
        until_it_hangs(stage, (partial(_send_two_ids, stage, end_user, kind, first, other) for other in others))


def _repeat(stage: "Stage", end_user: "EndUser", name: str) -> Delivery:
    parcel = new_event(stage, end_user)
    attempt(stage, parcel)
    message = stage.dispatcher.message(parcel)
    if name != PLAIN:
        secret = stage.fiskil.credentials.webhook_secret
        respelt = spell(name, message, secret, dialect=stage.fiskil.dialect)
        message = msgspec.structs.replace(message, headers=respelt.headers)
    return send(
        stage,
        message,
        event=parcel.symbol,
        participant=end_user.participant,
        kind="replay",
        name=name,
        source_ip=forgery_source(stage),
        is_judged=False,
    )


def _send_two_ids(stage: "Stage", end_user: "EndUser", kind: str, first: str, other: str) -> Delivery:
    secret, dialect = stage.fiskil.credentials.webhook_secret, stage.fiskil.dialect
    event = msgspec.structs.replace(invented(stage, end_user, kind), message_id=first)
    single = stage.dispatcher.seal(event)
    name, header = dialect.payload.id.rpartition(".")[2], dialect.payload.id_header
    body = single.body.replace(f'"{name}":"{first}"'.encode(), f'"{name}":"{first}","{name}":"{other}"'.encode(), 1)
    message = signed(msgspec.structs.replace(single, body=body), secret, dialect.scheme)
    headers = (*message.headers, (header, other)) if header else message.headers
    message = msgspec.structs.replace(message, message_id=other, headers=headers)
    symbol, participant = stage.journal.names[other], end_user.participant
    return send(stage, message, event=symbol, participant=participant, kind="unusual", name="repeated_id", is_judged=False)
