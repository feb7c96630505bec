"""Steps of drawn bodies: honestly signed, on the border of what the sender sends and beyond it."""

from collections.abc import Callable, Iterator
from functools import partial
from typing import TYPE_CHECKING

import msgspec

from harness.clock import real_now, stopwatch
from harness.errors import ConfigError
from harness.ids import stream
from harness.journal import Delivery
from harness.steps.base import PlainStep
from harness.steps.deliveries import until_it_hangs
from harness.steps.events import invented
from harness.webhooks.schemes import drafted, signed
from harness.webhooks.sender import Outgoing

if TYPE_CHECKING:
    from harness.stage import Participant, Stage
    from harness.webhooks.fuzz import Drawn

VALID, BROKEN = "valid", "broken"
MOST = 1000
EXAMPLES = 20
KIND = "consent.updated"


class Fuzz(PlainStep, frozen=True, kw_only=True, tag="fuzz"):
    """``count`` bodies are drawn from a description of the receiver, signed and sent; a third of them is valid.

    The scenario's seed decides which; whatever takes longer than ``limit_s`` real seconds is cut short.
    """

    count: int = 80
    limit_s: float = 60
    twin: str = ""

    def check(self) -> None:
        """Refuse none at all, and more than anybody waits for."""
        if not 1 <= self.count <= MOST:
            raise ConfigError(f"Fuzz: count must be from 1 to {MOST}, got {self.count}.")
        if self.limit_s <= 0:
            raise ConfigError(f"Fuzz: limit_s must be greater than 0, got {self.limit_s:g}.")

    def perform(self, stage: "Stage") -> None:
        """Draw, sign, send."""
        elapsed_s = stopwatch()
        participant = stage.participant(self.twin)
        bodies = _chosen(stage, self.count)
        sends = (partial(_send, stage, participant, number, one) for number, one in enumerate(bodies))

        def in_time() -> Iterator[Callable[[], Delivery]]:
            for send in sends:
                if elapsed_s() > self.limit_s:
                    stage.cut_short(f"drawn bodies took longer than {self.limit_s:g} s, so the rest was not sent")
                    return
                yield send

        until_it_hangs(stage, in_time())


def _chosen(stage: "Stage", count: int) -> "list[Drawn]":
    """A third valid and the rest broken, in an order of the seed's own."""
    from harness.webhooks.fuzz import drawn

    payload = stage.fiskil.dialect.payload
    found = drawn(msgspec.json.encode(payload), seed=stage.seed, examples=EXAMPLES)
    chance = stream(stage.seed, "fuzz")
    valid, broken = ([one for one in found if one.is_valid is wanted] for wanted in (True, False))
    share = min(len(valid), max(1, count // 3))
    chosen = [*chance.sample(valid, share), *chance.sample(broken, min(len(broken), count - share))]
    chance.shuffle(chosen)
    return chosen


def _send(stage: "Stage", participant: "Participant", number: int, one: "Drawn") -> Delivery:
    from harness.webhooks.fuzz import adopted

    secret, dialect = stage.fiskil.credentials.webhook_secret, stage.fiskil.dialect
    event = invented(stage, participant, KIND)
    own = drafted(event, attempt=1, dialect=dialect, sent_at=real_now())
    message = signed(msgspec.structs.replace(own, body=adopted(one, own, dialect.payload)), secret, dialect.scheme)
    stage.journal.names[message.message_id] = f"fuzz:{number}"
    note = Delivery(
        event=f"fuzz:{number}",
        participant=participant.name,
        message_id=message.message_id,
        attempt=1,
        kind="unusual",
        name=VALID if one.is_valid else BROKEN,
        body=message.body,
        is_judged=False,
    )
    return stage.sender.deliver(Outgoing(note=note, headers=message.headers), stage.journal)
