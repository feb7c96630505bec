"""One run: connects the end users, lets Locust put the load on the app, and judges the effects."""

import signal
from collections.abc import Callable
from pathlib import Path
from secrets import token_hex

import msgspec

from fiskil_harness.app.app_under_test import AppUnderTest
from fiskil_harness.core import catalog
from fiskil_harness.core.clock import pause, stopwatch
from fiskil_harness.core.config import Settings
from fiskil_harness.core.config.hooks import EFFECTS, REFRESH, REVOKE, START_SESSION
from fiskil_harness.core.net.server import Server
from fiskil_harness.core.version import version
from fiskil_harness.errors import UsageError
from fiskil_harness.scenario.generation.drawn_lives import drawn_lives
from fiskil_harness.server.control_http import application_of
from fiskil_harness.server.local_fiskil import LocalFiskil
from fiskil_harness.soak import capacity
from fiskil_harness.soak.aftermath import Aftermath
from fiskil_harness.soak.checks import Given, Messages, judged, verdict_of
from fiskil_harness.soak.control import Control
from fiskil_harness.soak.figures import delivery_latencies, over_time, request_latencies
from fiskil_harness.soak.ledger import SUFFIX, LedgerFile, MergedLedger, Opened, read_folder
from fiskil_harness.soak.locust_process import Locust, require_locust
from fiskil_harness.soak.observed import Observed, Sample
from fiskil_harness.soak.observer import ApiCounts, Observer
from fiskil_harness.soak.planning import Setup, chosen, plan_of, timeout_of
from fiskil_harness.soak.population import Population
from fiskil_harness.soak.request import SoakRequest, SoakResult
from fiskil_harness.soak.shapes import Phase, Timetable, peak, phases_of
from fiskil_harness.webhooks import Sender
from fiskil_harness.webhooks import Target as Receiver

TWINS = 2
"""The number of end users who get every message once and in order, before the load."""
PERSON = "rosa"
STARTING_S = 30.0
ENDING_S = 3.0
WATCH_EVERY_S = 0.2

OnNote = Callable[[str], None]
OnSample = Callable[[Sample, Phase], None]


class Session:
    """A local Fiskil and a started app, for one run."""

    def __init__(
        self,
        settings: Settings,
        request: SoakRequest,
        folder: Path,
        fiskil: LocalFiskil,
        app: AppUnderTest,
        *,
        is_remote: bool,
    ) -> None:
        self._settings, self._request, self._folder = settings, request, folder
        self._fiskil, self._app, self._is_remote = fiskil, app, is_remote
        self._run_id = token_hex(4)
        self._counts = ApiCounts()
        self.control = Control(fiskil, settings, catalog.person(PERSON))
        application = application_of([("POST", "/", self.control.respond)], crashes=fiskil.sandbox.crashes)
        self._server = Server(fiskil.loop, application, crashes=fiskil.sandbox.crashes)
        self._timetable = Timetable(phases_of(request.shape, rate=request.rate, duration_s=request.duration_s))

    def play(self, on_note: OnNote, on_sample: OnSample) -> SoakResult:
        """Connect the end users, put the load on the app, and judge."""
        limit = capacity.measured_limit(self._fiskil)
        on_note(f"The sandbox serves {limit:,.0f} requests per second and core on this machine.")
        with self._counts.counting():
            setup = self._set_up(on_note)
            capacity.refuse_too_much(
                rate=peak(self._timetable.phases), requests_per_delivery=setup.requests_per_delivery, limit=limit
            )
            observer, is_interrupted = self._put_load(setup, on_note, on_sample)
            ledger = read_folder(self._folder)
            on_note("The load has ended. Waiting until the app is idle, and reading its effects.")
            return self._judge(setup, ledger, observer, limit=limit, is_interrupted=is_interrupted)

    def _set_up(self, on_note: OnNote) -> Setup:
        request = self._request
        ledger = LedgerFile(self._folder / f"setup{SUFFIX}")
        ledger.write(Opened("setup", self._run_id, 0.0))
        webhook_url = f"{self._app.url}{self._settings.app.webhook.path}"
        receiver = Receiver.of(webhook_url, allow_hosts=self._settings.sandbox.allow_hosts)
        sender = Sender(self._fiskil.loop, receiver, timeout_s=timeout_of(self._settings))
        population = Population(self._app, self._fiskil, self.control, sender, ledger, run_id=self._run_id)
        before = self._counts.requests

        def report(work: str, done: int, total: int) -> None:
            if done == total or done % max(1, total // 4) == 0:
                on_note(f"End users {work}: {done:,} of {total:,}.")

        twins = population.connect(TWINS, at_once=1, on_progress=lambda *_: None)
        end_users = population.connect(request.end_users, on_progress=report)
        messages = sum(len(self.control.events_of(end_user.end_user_id)) for end_user in (*twins, *end_users))
        lives: tuple[tuple[str, ...], ...] = ()
        if request.lives and self._app.has(START_SESSION):
            hooks = frozenset(hook for hook in (START_SESSION, REFRESH, REVOKE) if self._app.has(hook))
            lives = drawn_lives(request.lives, seed=request.seed, hooks=hooks)
        life_twins = [population.live(number, life) for number, life in enumerate(lives)]
        life_controls = [population.live(len(lives) + number, life) for number, life in enumerate(lives)]
        ledger.close()
        requests = (self._counts.requests - before) / max(1, messages)
        on_note(f"The app sends about {requests:.1f} requests to the API for each message.")
        return Setup(end_users, twins, lives, life_twins, life_controls, requests)

    def _put_load(self, setup: Setup, on_note: OnNote, on_sample: OnSample) -> tuple[Observer, bool]:
        request, locust = self._request, Locust(self._folder)
        plan = msgspec.structs.replace(
            plan_of(self._settings, request, setup, self._fiskil, self._app, run_id=self._run_id),
            control_url=self._server.url,
            folder=str(self._folder),
            is_remote=self._is_remote,
        )
        is_distributed = bool(request.workers or request.expect_workers or request.is_master)
        observer = Observer(
            self._app,
            self._fiskil,
            self._counts,
            timetable=self._timetable,
            end_users=setup.end_users,
            on_sample=on_sample,
        )
        is_interrupted = False
        port = locust.start_run(
            plan,
            local_workers=request.workers,
            is_distributed=is_distributed,
            spawn_rate=request.spawn_rate,
            bind_host=request.bind_host,
            bind_port=request.bind_port,
            web_port=request.web_port,
            extra=request.locust_arguments,
        )
        if is_distributed:
            on_note(f"Locust's master listens on {request.bind_host}:{port}. Waiting for {plan.workers} workers.")
        try:
            self._wait_for_start(locust)
            if locust.problem():
                raise UsageError(locust.problem())
            observer.start()
            on_note(f"The load begins: {request.shape}, {self._timetable.count:,} deliveries in {request.duration_s:g} s.")
            while locust.is_running() and not locust.problem():
                pause(WATCH_EVERY_S)
            locust.finish(ENDING_S)
        except KeyboardInterrupt:
            is_interrupted = True
            took_s = locust.stop()
            on_note(f"Interrupted. All workers stopped within {took_s:.1f} s; judging what was sent.")
        finally:
            locust.stop()
            if observer.is_started:
                observer.stop()
        if locust.problem():
            raise UsageError(locust.problem())
        code = locust.exit_code() or 0
        is_failed = code not in {0, -signal.SIGTERM} and not is_interrupted
        if is_failed and code < 0 and any(self._folder.glob(f"worker-*{SUFFIX}")):
            on_note(f"Locust was killed by signal {-code}. Judging what was sent.")
        elif is_failed:
            raise UsageError(f"Locust ended with exit code {locust.exit_code()}. Its last lines:\n{locust.last_lines()}")
        return observer, is_interrupted

    def _wait_for_start(self, locust: Locust) -> None:
        """Wait until the first worker has opened its ledger, which is the start of the load."""
        elapsed = stopwatch()
        remote = self._request.expect_workers > self._request.workers
        while locust.is_running() and not locust.problem():
            if any(self._folder.glob(f"worker-*{SUFFIX}")):
                return
            if not remote and elapsed() > STARTING_S:
                raise UsageError(f"Locust did not begin within {STARTING_S:g} s. Its last lines:\n{locust.last_lines()}")
            pause(WATCH_EVERY_S / 4)

    def _judge(
        self, setup: Setup, ledger: MergedLedger, observer: Observer, *, limit: float, is_interrupted: bool
    ) -> SoakResult:
        request, facts = self._request, self._settings.app.facts
        messages = Messages(ledger, facts.uses_events)
        refs, twins = chosen(setup, ledger, request, run_id=self._run_id)
        aftermath = Aftermath(
            self._app,
            self._fiskil,
            settle_s=request.settle_s,
            fresh_s=self._settings.app.limits.fresh_s,
            messages=messages.owner,
        )
        effects = aftermath.read(refs, messages.acknowledged, twins) if self._app.has(EFFECTS) else {}
        observed = Observed(
            samples=tuple(observer.samples),
            expiries=tuple(observer.expiries),
            exits=tuple(observer.exits),
            sandbox_limit=limit,
            recovery_s=observer.recovery_s,
            idle_after_s=aftermath.idle_after_s,
            is_settled=aftermath.is_settled,
            is_interrupted=is_interrupted,
        )
        limits = self._settings.app.limits
        given = Given(
            ledger=ledger,
            examined=effects,
            observed=observed,
            timetable=self._timetable,
            controls=setup.controls(),
            uses=facts.uses_events,
            workers=request.all_workers,
            ack_s=limits.ack_s,
            promises_ack="ack_s" in self._settings.stated_limits,
            is_watched=self._app.can_restart,
        )
        findings = judged(given)
        return SoakResult(
            version=version(),
            verdict=verdict_of(findings),
            findings=findings,
            request=request,
            phases=tuple(self._timetable.phases),
            rows=tuple(delivery_latencies(ledger)),
            requests=tuple(request_latencies(ledger)),
            points=tuple(over_time(ledger, duration_s=request.duration_s)),
            observed=observed,
            examined=len(effects),
            end_users=len(setup.end_users) + len(setup.twins) + 2 * len(setup.lives) + len(ledger.lived),
            took_s=0.0,
            locust=require_locust(),
        )
