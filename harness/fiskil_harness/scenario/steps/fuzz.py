"""Steps of drawn bodies: honestly signed, on the border of what the sender sends and beyond it."""

from collections.abc import Callable, Iterator
from functools import partial
from typing import TYPE_CHECKING

import msgspec

from fiskil_harness.core.clock import real_now, stopwatch
from fiskil_harness.core.model.events import EVENT_KINDS
from fiskil_harness.core.randomness import stream
from fiskil_harness.errors import ConfigError, StepError
from fiskil_harness.journal import Delivery
from fiskil_harness.scenario.steps.deliveries import until_it_hangs
from fiskil_harness.scenario.steps.events import invented
from fiskil_harness.scenario.steps.step import PlainStep
from fiskil_harness.webhooks.sender import Outgoing
from fiskil_harness.webhooks.signature_schemes import drafted, signed

if TYPE_CHECKING:
    from fiskil_harness.scenario.stage import Participant, Stage
    from fiskil_harness.webhooks.fuzzing import Drawn

VALID, BROKEN = "valid", "broken"
MOST = 1000
EXAMPLES = 4


class Fuzz(PlainStep, frozen=True, kw_only=True, tag="fuzz"):
    """``count`` bodies are drawn from descriptions of the receiver, signed and sent; a third of them is valid.

    Schemathesis draws them, one document for each kind of event, and makes the calls; every call passes through our sender.
    The scenario's seed decides which; sending that takes longer than ``limit_s`` real seconds is cut short.
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
        fuzzing = _Fuzzing(stage, stage.participant(self.twin), self.count)
        elapsed_s = stopwatch()  # drawing is our own time, and bounded by the count

        def in_time() -> Iterator[Callable[[], Delivery]]:
            for number in range(len(fuzzing.bodies)):
                if elapsed_s() > self.limit_s:
                    stage.cut_short(f"sending drawn bodies took longer than {self.limit_s:g} s, so the rest was not sent")
                    return
                yield partial(fuzzing.send, number)

        until_it_hangs(stage, in_time())


class _Fuzzing:
    """The drawn bodies of one step, and the way they go out."""

    def __init__(self, stage: "Stage", participant: "Participant", count: int) -> None:
        from fiskil_harness.webhooks.fuzzing import document
        from fiskil_harness.webhooks.requests_adapter import Caller

        self._stage = stage
        self._participant = participant
        kinds = _kinds(stage)
        self.bodies = _chosen(stage, kinds, count)
        self._number = 0
        self._made: Delivery | None = None
        self._caller = Caller({kind: document(stage.fiskil.dialect.payload, kind) for kind in kinds}, self._deliver)

    def send(self, number: int) -> Delivery:
        """Let the body of that number be called with; what was delivered."""
        self._number, self._made = number, None
        self._caller.call(self.bodies[number])
        if self._made is None:
            raise StepError(f"Schemathesis did not send the drawn body {number}.")
        return self._made

    def _deliver(self, body: bytes) -> Delivery:
        """Make the called body one about what is real, sign it and hand it over."""
        from fiskil_harness.webhooks.fuzzing import adopted

        stage, one = self._stage, self.bodies[self._number]
        secret, dialect = stage.fiskil.credentials.webhook_secret, stage.fiskil.dialect
        own = drafted(invented(stage, self._participant, one.kind), attempt=1, dialect=dialect, sent_at=real_now())
        told = adopted(msgspec.structs.replace(one, body=body), own, dialect.payload)
        message = signed(msgspec.structs.replace(own, body=told), secret, dialect.scheme)
        symbol = f"fuzz:{self._number}"
        stage.journal.names[message.message_id] = symbol
        note = Delivery(
            event=symbol,
            participant=self._participant.name,
            message_id=message.message_id,
            attempt=1,
            kind="unusual",
            name=VALID if one.is_valid else BROKEN,
            body=message.body,
            is_judged=False,
        )
        self._made = stage.sender.deliver(Outgoing(note=note, headers=message.headers), stage.journal)
        return self._made


def _kinds(stage: "Stage") -> list[str]:
    """Three kinds of events by the seed: one that names accounts, one that names none, and one that the app may not use."""
    from fiskil_harness.webhooks.fuzzing import WITH_ACCOUNTS

    chance = stream(stage.seed, "fuzz", "kinds")
    known = sorted(chance.sample(EVENT_KINDS, len(EVENT_KINDS)), key=lambda kind: not stage.is_used(kind))
    naming = next(kind for kind in known if kind in WITH_ACCOUNTS)
    other = next(kind for kind in known if kind not in WITH_ACCOUNTS)
    return sorted({naming, other, next(kind for kind in reversed(known) if kind not in {naming, other})})


def _chosen(stage: "Stage", kinds: list[str], count: int) -> "list[Drawn]":
    """A third valid and the rest broken, in an order of the seed's own."""
    from fiskil_harness.webhooks.fuzzing import drawn

    payload = msgspec.json.encode(stage.fiskil.dialect.payload)
    found = [each_drawn for kind in kinds for each_drawn in drawn(payload, kind, seed=stage.seed, examples=EXAMPLES)]
    chance = stream(stage.seed, "fuzz")
    valid, broken = ([drawn for drawn in found if drawn.is_valid is wanted] for wanted in (True, False))
    share = min(len(valid), max(1, count // 3))
    chosen = [*chance.sample(valid, share), *chance.sample(broken, min(len(broken), count - share))]
    chance.shuffle(chosen)
    return chosen
