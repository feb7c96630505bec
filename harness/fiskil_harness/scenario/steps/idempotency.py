"""Steps that hand over what the app has already, told in another way: it must know it again."""

from collections.abc import Callable
from typing import TYPE_CHECKING

import msgspec

from fiskil_harness.journal import Delivery
from fiskil_harness.scenario.steps.deliveries import attempt, sealed, until_it_hangs
from fiskil_harness.scenario.steps.events import fresh_fact, invented, used_kind
from fiskil_harness.scenario.steps.step import PlainStep
from fiskil_harness.webhooks import seal
from fiskil_harness.webhooks.payload_variants import spell
from fiskil_harness.webhooks.sender import Outgoing
from fiskil_harness.webhooks.signature_schemes import signed
from fiskil_harness.webhooks.signature_variants import SPELLINGS

if TYPE_CHECKING:
    from fiskil_harness.scenario.stage import Participant, Stage

PLAIN = "plain"
"""The replay that nothing was changed in; what it does, a respelling need not have done."""


class RepeatInEverySpelling(PlainStep, frozen=True, kw_only=True, tag="repeat_in_every_spelling"):
    """For every spelling of signatures and headers an event of its own: its message is delivered, and comes again so spelt.

    One comes again as it was. Any answer to the repetition will do.
    """

    twin: str = ""

    def perform(self, stage: "Stage") -> None:
        """Deliver each twice."""
        participant = stage.participant(self.twin)
        until_it_hangs(stage, (_again(stage, participant, name) for name in (PLAIN, *SPELLINGS)))


class RepeatIds(PlainStep, frozen=True, kw_only=True, tag="repeat_ids"):
    """Two signed messages with message_id twice: the first of the two is the same in both, the second is not.

    Where the id stands in a header, that header comes twice.
    """

    kind: str = "consent.updated"
    twin: str = ""

    def perform(self, stage: "Stage") -> None:
        """Send them one after another."""
        participant = stage.participant(self.twin)
        kind = used_kind(stage, self.kind)
        first, *others = (stage.fiskil.sandbox.mint.message_id() for _ in range(3))
        for number, message_id in enumerate((first, *others)):
            stage.journal.names[message_id] = f"repeated:{number}"
        until_it_hangs(stage, (_twice(stage, participant, kind, first, other) for other in others))


def _again(stage: "Stage", participant: "Participant", name: str) -> Callable[[], Delivery]:
    def send() -> Delivery:
        parcel = fresh_fact(stage, participant)
        attempt(stage, parcel)
        message = sealed(stage, parcel)
        headers = message.headers
        if name != PLAIN:
            secret = stage.fiskil.credentials.webhook_secret
            headers = spell(name, message, secret, dialect=stage.fiskil.dialect).headers
        note = Delivery(
            event=parcel.symbol,
            participant=participant.name,
            message_id=message.message_id,
            attempt=message.attempt,
            kind="replay",
            name=name,
            body=message.body,
            is_judged=False,
        )
        return stage.sender.deliver(Outgoing(note=note, headers=headers), stage.journal)

    return send


def _twice(stage: "Stage", participant: "Participant", kind: str, first: str, other: str) -> Callable[[], Delivery]:
    def send() -> Delivery:
        secret, dialect = stage.fiskil.credentials.webhook_secret, stage.fiskil.dialect
        event = msgspec.structs.replace(invented(stage, participant, kind), message_id=first)
        honest = seal(event, attempt=1, secret=secret, dialect=dialect)
        name, header = dialect.payload.id.rpartition(".")[2], dialect.payload.id_header
        body = honest.body.replace(f'"{name}":"{first}"'.encode(), f'"{name}":"{first}","{name}":"{other}"'.encode(), 1)
        message = signed(msgspec.structs.replace(honest, body=body), secret, dialect.scheme)
        headers = (*message.headers, (header, other)) if header else message.headers
        note = Delivery(
            event=stage.journal.names[other],
            participant=participant.name,
            message_id=other,
            attempt=1,
            kind="unusual",
            name="repeated_id",
            body=body,
            is_judged=False,
        )
        return stage.sender.deliver(Outgoing(note=note, headers=headers), stage.journal)

    return send
