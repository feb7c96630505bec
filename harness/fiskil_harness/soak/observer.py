"""Watches the run from outside while Locust sends: breaks the API as the shape orders, expires tokens, samples the app."""

import contextlib
import threading
from collections.abc import Callable, Iterator, Sequence

from fiskil_harness import faults
from fiskil_harness.app.app_under_test import AppUnderTest, CommandBody
from fiskil_harness.app.effects import query_effects
from fiskil_harness.app.process_group import usage_of
from fiskil_harness.core.clock import stopwatch
from fiskil_harness.core.config.hooks import EFFECTS
from fiskil_harness.core.config.template_values import of_end_user
from fiskil_harness.errors import HarnessError
from fiskil_harness.faults import AnyFault
from fiskil_harness.faults.proxy import Rule
from fiskil_harness.sandbox.api.watching import WATCHERS, ApiResponseSent
from fiskil_harness.server.local_fiskil import LocalFiskil
from fiskil_harness.soak.observed import EXPIRY_WINDOW_S, SAMPLE_S, Expiry, Sample
from fiskil_harness.soak.plan import ConnectedEndUser
from fiskil_harness.soak.shapes import Phase, Timetable, Trouble

SAMPLED = 4
EXPIRIES = (0.25, 0.75)
"""The times of the token expiries, as shares of the duration."""
TROUBLES: dict[Trouble, tuple[AnyFault, float]] = {
    "slow": (faults.Latency(latency_ms=700, jitter_ms=200), 1.0),
    "down": (faults.Status(status=503, retry_after_s=1), 0.5),
}
"""The fault in front of the API for each kind of trouble, and the share of requests that it breaks."""


class ApiCounts:
    """Counts the API's responses, all and for tokens."""

    def __init__(self) -> None:
        self.requests = self.token_requests = 0

    def note(self, sent: ApiResponseSent) -> None:
        """Count one response."""
        self.requests += 1
        if sent.route is not None and sent.route.name == "token":
            self.token_requests += 1

    @contextlib.contextmanager
    def counting(self) -> Iterator["ApiCounts"]:
        """Count inside the block."""
        WATCHERS.append(self.note)
        try:
            yield self
        finally:
            WATCHERS.remove(self.note)


class Observer:
    """A thread that watches one run. ``samples``, ``expiries`` and ``exits`` grow while it runs."""

    def __init__(
        self,
        app: AppUnderTest,
        fiskil: LocalFiskil,
        counts: ApiCounts,
        *,
        timetable: Timetable,
        end_users: Sequence[ConnectedEndUser],
        on_sample: Callable[[Sample, Phase], None] = lambda _sample, _phase: None,
    ) -> None:
        self._app, self._fiskil, self._counts, self._timetable = app, fiskil, counts, timetable
        self._end_users = end_users[:SAMPLED] if app.has(EFFECTS) else ()
        self._on_sample = on_sample
        self.samples: list[Sample] = []
        self.expiries: list[Expiry] = []
        self.exits: list[str] = []
        self._is_over = threading.Event()
        self._trouble: Trouble = ""
        self._rules: list[object] = []
        self._next_expiry = 0
        self._open_expiry: tuple[float, int] | None = None
        self._elapsed = stopwatch()
        self.is_started = False
        self._thread = threading.Thread(target=self._run, name="fiskil-harness-soak", daemon=True)

    def start(self) -> None:
        """Begin; now is the start of the load."""
        self._elapsed = stopwatch()
        self.is_started = True
        self._thread.start()

    def stop(self) -> None:
        """End the thread, and lift every fault."""
        self._is_over.set()
        self._thread.join(10)
        self._set_trouble("")

    @property
    def recovery_s(self) -> float | None:
        """The seconds from the end of the last trouble until the sampled backlog was as before the first one."""
        troubled = [phase for phase in self._timetable.phases if phase.trouble]
        if not troubled:
            return None
        begin_s, end_s = troubled[0].start_s, troubled[-1].end_s
        before = [sample.pending for sample in self.samples if sample.at_s < begin_s and sample.pending is not None]
        if not before:
            return None
        after = [sample for sample in self.samples if sample.at_s >= end_s and sample.pending is not None]
        usual = max(before)
        return next((sample.at_s - end_s for sample in after if (sample.pending or 0) <= usual), None)

    def _run(self) -> None:
        while not self._is_over.wait(SAMPLE_S):
            at_s = self._elapsed()
            phase = next((phase for phase in self._timetable.phases if at_s < phase.end_s), None)
            self._set_trouble(phase.trouble if phase else "")
            self._expire(at_s)
            self._revive(at_s)
            sample = self._sample(at_s)
            self.samples.append(sample)
            self._on_sample(sample, phase or self._timetable.phases[-1])

    def _set_trouble(self, trouble: Trouble) -> None:
        if trouble == self._trouble:
            return
        self._trouble = trouble
        for rule in self._rules:
            self._fiskil.proxy.rules.lift(rule)  # type: ignore[arg-type]
        self._rules.clear()
        if trouble:
            fault, share = TROUBLES[trouble]
            self._rules.append(self._fiskil.proxy.rules.set(Rule(route="*", fault=fault, times=0, p=share).check()))

    def _expire(self, at_s: float) -> None:
        """Expire all tokens at the planned times, and count the token requests that follow."""
        duration_s = self._timetable.phases[-1].end_s
        if self._open_expiry is not None and at_s - self._open_expiry[0] >= EXPIRY_WINDOW_S:
            begun_s, before = self._open_expiry
            self._open_expiry = None
            requests = self._counts.token_requests - before
            self.expiries.append(Expiry(at_s=begun_s, token_requests=requests, processes=self._process_count()))
        is_due = self._next_expiry < len(EXPIRIES) and at_s >= EXPIRIES[self._next_expiry] * duration_s
        if is_due and self._open_expiry is None:
            self._next_expiry += 1
            if not self._trouble:
                self._open_expiry = (at_s, self._counts.token_requests)
                self._fiskil.expire_tokens()

    def _process_count(self) -> int | None:
        """Return the number of the app's processes that work, without a parent that only supervises them."""
        count = self._app.process_count
        return count if count is None or count == 1 else count - 1

    def _revive(self, at_s: float) -> None:
        """Start the app again if it has ended, as the supervisor of a real system does."""
        if not self._app.can_restart or self._app.process.is_alive():
            return
        with contextlib.suppress(HarnessError):
            self._app.revive()
        for code in self._app.take_exit_codes():
            reason = f"was killed by signal {-code}" if code < 0 else f"exited with {code}"
            self.exits.append(f"at {at_s:.0f} s it {reason}")

    def _sample(self, at_s: float) -> Sample:
        body = self._app.process
        usage = usage_of(body.group) if isinstance(body, CommandBody) and body.group else None
        return Sample(
            at_s=at_s,
            pending=self._pending(),
            memory_bytes=usage.memory_bytes if usage else None,
            open_files=usage.open_files if usage else None,
            processes=usage.processes if usage else None,
            api_requests=self._counts.requests,
            token_requests=self._counts.token_requests,
        )

    def _pending(self) -> int | None:
        total, is_known = 0, False
        for end_user in self._end_users:
            with contextlib.suppress(HarnessError):
                values = of_end_user(ref=end_user.ref, end_user_id=end_user.end_user_id)
                pending = query_effects(self._app, values).pending
                if pending is not None:
                    total, is_known = total + pending, True
        return total if is_known else None
