"""The step that fuzzes the receiver with correctly signed bodies: some are valid, the others violate the schema."""

from collections.abc import Callable, Iterator
from functools import partial
from typing import TYPE_CHECKING, ClassVar

import msgspec

from fiskil_harness.core.clock import real_now, stopwatch
from fiskil_harness.core.model.events import EVENT_KINDS
from fiskil_harness.core.randomness import stream
from fiskil_harness.errors import ConfigError, StepError
from fiskil_harness.journal import Delivery
from fiskil_harness.scenario.steps.deliveries import send, until_it_hangs
from fiskil_harness.scenario.steps.events import invented
from fiskil_harness.scenario.steps.step import Step, refuse_outside
from fiskil_harness.webhooks.signature_schemes import drafted, signed

if TYPE_CHECKING:
    from fiskil_harness.sandbox import EndUser
    from fiskil_harness.scenario.stage import Stage
    from fiskil_harness.webhooks.fuzzing import GeneratedBody

VALID, BROKEN = "valid", "broken"
MOST = 1000
EXAMPLES = 4


class Fuzz(Step, frozen=True, kw_only=True, tag="fuzz"):
    """Generated bodies are signed and sent; a third of the bodies are valid.

    Schemathesis generates the bodies from one OpenAPI document for each kind of event, and the harness sends them. The
    scenario's seed decides which bodies are sent.

    Args:
        count: Number of bodies, from 1 to 1,000.
        limit_s: Real seconds after which the remaining bodies are not sent.
        twin: Name of the participant; "" means the scenario's end user.
    """

    affects_whole_app: ClassVar[bool] = True
    may_stop_app: ClassVar[bool] = True

    count: int = 80
    limit_s: float = 60
    twin: str = ""

    def check(self) -> None:
        """Validate *count* and *limit_s*.

        Raises:
            ConfigError: *count* is not from 1 to 1,000, or *limit_s* is not greater than 0.
        """
        refuse_outside(self, "count", 1, MOST)
        if self.limit_s <= 0:
            raise ConfigError(f"Fuzz: limit_s must be greater than 0, got {self.limit_s:g}.")

    def perform(self, stage: "Stage") -> None:
        """Generate, sign and send the bodies.

        Raises:
            StepError: The participant has no consent yet.
        """
        fuzzing = _Fuzzing(stage, stage.end_user(self.twin), self.count)
        elapsed_s = stopwatch()  # the time for generating does not count: it is bounded by the count

        def in_time() -> Iterator[Callable[[], Delivery]]:
            for number in range(len(fuzzing.bodies)):
                if elapsed_s() > self.limit_s:
                    reason = f"sending generated bodies took longer than {self.limit_s:g} s, so the rest was not sent"
                    stage.record_incomplete(reason)
                    return
                yield partial(fuzzing.send, number)

        until_it_hangs(stage, in_time())


class _Fuzzing:
    """The generated bodies of one step, and the Schemathesis client that sends them."""

    def __init__(self, stage: "Stage", end_user: "EndUser", count: int) -> None:
        from fiskil_harness.webhooks.fuzzing import document
        from fiskil_harness.webhooks.requests_adapter import Caller

        self._stage = stage
        self._end_user = end_user
        kinds = _kinds(stage)
        self.bodies = _chosen(stage, kinds, count)
        self._number = 0
        self._delivery: Delivery | None = None
        self._caller = Caller({kind: document(stage.fiskil.dialect.payload, kind) for kind in kinds}, self._deliver)

    def send(self, number: int) -> Delivery:
        """Let Schemathesis send the body with this number; return the delivery.

        Raises:
            StepError: Schemathesis sent nothing.
        """
        self._number, self._delivery = number, None
        self._caller.call(self.bodies[number])
        if self._delivery is None:
            raise StepError(f"Schemathesis did not send the generated body {number}.")
        return self._delivery

    def _deliver(self, body: bytes) -> Delivery:
        """Put real ids into *body*, sign it and send it."""
        from fiskil_harness.webhooks.fuzzing import with_own_facts

        stage, generated = self._stage, self.bodies[self._number]
        secret, dialect = stage.fiskil.credentials.webhook_secret, stage.fiskil.dialect
        draft = drafted(invented(stage, self._end_user, generated.kind), attempt=1, dialect=dialect, sent_at=real_now())
        real_body = with_own_facts(msgspec.structs.replace(generated, body=body), draft, dialect.payload)
        message = signed(msgspec.structs.replace(draft, body=real_body), secret, dialect.scheme)
        symbol = f"fuzz:{self._number}"
        stage.journal.names[message.message_id] = symbol
        participant, name = self._end_user.participant, VALID if generated.is_valid else BROKEN
        self._delivery = send(
            stage, message, event=symbol, participant=participant, kind="unusual", name=name, is_judged=False
        )
        return self._delivery


def _kinds(stage: "Stage") -> list[str]:
    """Return three kinds of events, chosen by the seed: with accounts, without them, and one that the app may not use."""
    from fiskil_harness.webhooks.fuzzing import WITH_ACCOUNTS

    random = stream(stage.seed, "fuzz", "kinds")
    used_first = sorted(random.sample(EVENT_KINDS, len(EVENT_KINDS)), key=lambda kind: not stage.uses_event(kind))
    with_accounts = next(kind for kind in used_first if kind in WITH_ACCOUNTS)
    without_accounts = next(kind for kind in used_first if kind not in WITH_ACCOUNTS)
    last = next(kind for kind in reversed(used_first) if kind not in {with_accounts, without_accounts})
    return sorted({with_accounts, without_accounts, last})


def _chosen(stage: "Stage", kinds: list[str], count: int) -> "list[GeneratedBody]":
    """Return *count* generated bodies, a third of them valid, in an order that the seed decides."""
    from fiskil_harness.webhooks.fuzzing import generated_bodies

    payload = msgspec.json.encode(stage.fiskil.dialect.payload)
    bodies = [body for kind in kinds for body in generated_bodies(payload, kind, seed=stage.seed, examples=EXAMPLES)]
    random = stream(stage.seed, "fuzz")
    valid, broken = ([body for body in bodies if body.is_valid is is_valid] for is_valid in (True, False))
    share = min(len(valid), max(1, count // 3))
    chosen = [*random.sample(valid, share), *random.sample(broken, min(len(broken), count - share))]
    random.shuffle(chosen)
    return chosen
