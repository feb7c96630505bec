"""Runs one scenario: a quiet start, the steps in order, settling, and then the probes over the finished journal.

Acting and judging are apart: when the probes examine, the faults are lifted and the link records no more.
"""

from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

import msgspec

from fiskil_harness.app.app_under_test import open_app
from fiskil_harness.app.browser import Chromium
from fiskil_harness.app.log_output import Mark, end_of, start_of, written_since
from fiskil_harness.core import catalog
from fiskil_harness.core.clauses import Interpretations
from fiskil_harness.core.clock import pause, wait_until
from fiskil_harness.core.config import Settings, environment
from fiskil_harness.core.config.hooks import EFFECTS, FAIL, REDUCER
from fiskil_harness.core.config.webhook_format import SCHEMES_BY_INTERPRETATION
from fiskil_harness.core.randomness import fresh_salt, stream
from fiskil_harness.errors import HarnessError, HookError, HookMissing, ToolMissing
from fiskil_harness.faults.proxy.bite_log import fault_set
from fiskil_harness.journal import (
    OTLP,
    Canaries,
    Delivery,
    Effects,
    InterpretationsUsed,
    Journal,
    Output,
    PlanKind,
    PlanRun,
    Started,
)
from fiskil_harness.probes import Finding, evaluation
from fiskil_harness.probes.coverage import exercised_in
from fiskil_harness.probes.outcome import Outcome
from fiskil_harness.runner.pause_monitor import PauseMonitor
from fiskil_harness.runner.preamble import stated, values_of
from fiskil_harness.sandbox.consents.console import Console, requested_permissions
from fiskil_harness.scenario.scenario import Scenario
from fiskil_harness.scenario.stage import Stage
from fiskil_harness.scenario.steps import AnyStep, Forge, step_text
from fiskil_harness.scenario.steps import name_of as step_name
from fiskil_harness.server.local_fiskil import LocalFiskil
from fiskil_harness.webhooks import Sender, Target
from fiskil_harness.webhooks.payload_format import message_fields
from fiskil_harness.webhooks.signature_schemes import key_of

if TYPE_CHECKING:
    from fiskil_harness.scenario.generation import PlanResult

IDLE_S = 0.12
IDLE_CAP_S = 5.0
LAG_SPARE_S, MOST_LAG_S = 0.2, 6.0
"""So much longer than the latest log record took is waited for more of them, and so long at most, in real seconds."""
PLAN_IDLE_S = 0.01
"""Between two drawn plans: each ends with an app at rest, and none asks how the app called the API."""


BeforeStep = Callable[[int, Scenario, Journal], None]
"""Is called before each step, with its number from 0, and once after the last."""


class Driver:
    """One local Fiskil and one app, and scenarios run between them one after another."""

    def __init__(self, settings: Settings, *, workdir: Path, seed: int, given: Any = None) -> None:
        """Start listening and make the app ready to start; *given* is an app as a Python object."""
        self.settings = settings
        self.seed = seed
        self.before_step: BeforeStep = _goes_on
        self._workdir = workdir
        self._salt = fresh_salt()
        self._count = 0
        secret = environment(settings.sandbox.webhook_secret_env) if settings.sandbox.webhook_secret_env else None
        if secret is not None:
            reading = Interpretations(settings.sandbox.interpretations).of("webhooks.signature")
            key_of(secret, settings.app.webhook.scheme or SCHEMES_BY_INTERPRETATION[reading])
        self.fiskil = self._open_fiskil(secret)
        # Else what a slow machine takes long for would be overtaken by syncs that no step has asked for.
        self.fiskil.sandbox.store.awaits_moves = True
        try:
            self.app = open_app(settings, values=values_of(settings, self.fiskil, workdir), workdir=workdir, given=given)
        except BaseException:
            self.fiskil.close()
            raise
        self.chromium = Chromium(allow_hosts=settings.sandbox.allow_hosts)
        self._is_started = False
        self._interpretations: dict[str, str] = {}
        self._explored = ""
        self._read_until: dict[str, Mark] = {}
        self._lines_read = 0

    def _open_fiskil(self, webhook_secret: str | None) -> LocalFiskil:
        """What the app takes for Fiskil; it listens."""
        settings = self.settings
        return LocalFiskil(
            workdir=self._workdir,
            seed=self.seed,
            is_tls=settings.sandbox.tls,
            webhook_secret=webhook_secret,
            interpretations=Interpretations(settings.sandbox.interpretations),
            console=Console(permissions=requested_permissions(settings.app.facts.datasets or ())),
            scheme=settings.app.webhook.scheme,
            payload=settings.app.webhook.payload,
        )

    def start(self) -> None:
        """Start the app, or start it again when it has died since."""
        if self._is_started:
            self.app.revive()
        else:
            self.app.start()
            self._is_started = True

    def close(self) -> None:
        """Stop the app and every server."""
        try:
            self.chromium.close()
            self.app.stop()
        finally:
            self.fiskil.close()

    def run(self, scenario: Scenario, *, quiet_s: float = IDLE_S) -> Outcome:
        """Run *scenario* and judge it."""
        return self.outcome(scenario, *self.perform(scenario, quiet_s=quiet_s))

    def outcome(self, scenario: Scenario, journal: Journal, crashed: str) -> Outcome:
        """What came of *scenario*, from its finished journal."""
        return Outcome(
            scenario=scenario.name,
            title=scenario.title,
            practices=_blamed(scenario, journal),
            seed=self.seed,
            findings=self.judge(scenario, journal, crashed),
            missing=tuple(hook for hook in scenario.needs if not self.app.has(hook)),
            interpretations=scenario.interpretations,
            clauses_used=tuple(
                sorted(
                    {clause for entry in journal.all(InterpretationsUsed) for clause in entry.clauses}
                    & set(scenario.interpretations)
                )
            ),
            coverage=exercised_in(journal),
        )

    def perform(
        self, scenario: Scenario, *, quiet_s: float = IDLE_S, is_unwell: Callable[[Journal], bool] | None = None
    ) -> tuple[Journal, str]:
        """Do every step; the journal, and in words what kept the scenario from its end.

        Args:
            quiet_s: So long the app must not have called the API before it begins, in real seconds.
            is_unwell: Whether the app must be started again afterwards (default: where steps touched the whole of it).
        """
        self.start()  # before hooks are looked for: those of a Python object are known once it lives
        missing = [hook for hook in scenario.needs if not self.app.has(hook)]
        journal = Journal()
        payload = self.settings.app.webhook.payload
        if not self.fiskil.dialect.is_ours:
            journal.read = lambda body, headers: message_fields(body, headers, payload=payload)
        if missing:
            return journal, ""
        quiet = wait_until(lambda: self.fiskil.link.idle_s() >= quiet_s, cap_s=IDLE_CAP_S)
        # An app that polls is never quiet; its calls about earlier end users are stray and disturb no scenario.
        if not quiet and self.fiskil.link.idle_without_end_user_s() < IDLE_CAP_S:
            return journal, "the app called the API without a pause for 5 s before the scenario could begin"
        self.fiskil.reset()
        self._read_as(scenario.interpretations)
        stage = self._stage(scenario, journal)
        deleted = frozenset(self.fiskil.sandbox.store.deleted_end_users)
        self.fiskil.link.begin(journal, is_stray=lambda end_user_id: end_user_id in deleted)
        self._skip_output()
        try:
            with PauseMonitor(journal):
                crashed = self._settle(scenario, stage, self._steps(scenario, stage))
        finally:
            stage.close_windows()
            waiting = self.fiskil.link.rules.waiting()
            self.fiskil.link.end()
            wait_until(lambda: not self.fiskil.link.open_requests, cap_s=IDLE_CAP_S)
        journal.write(Canaries(values=self.fiskil.sandbox.canaries()))
        store = self.fiskil.sandbox.store
        journal.write(InterpretationsUsed(clauses=tuple(sorted(store.asked)), ruled=store.interpretations.chosen))
        for each_waiting in waiting:
            journal.write(fault_set(each_waiting))
        self._note_output(journal, patience_s=MOST_LAG_S if quiet_s >= IDLE_S else 0)
        self._name_ids(stage)
        self._clean_up(is_restarted=is_unwell(journal) if is_unwell else stage.must_restart)
        return journal, crashed

    def judge(self, scenario: Scenario, journal: Journal, crashed: str) -> tuple[Finding, ...]:
        """What the probes find in the finished journal, and what kept the scenario from showing all that it could."""
        missing = [hook for hook in scenario.needs if not self.app.has(hook)]
        return evaluation.findings(scenario.probes, journal, crashed=crashed, missing=missing[0] if missing else "")

    def _read_as(self, interpretations: dict[str, str]) -> None:
        """Apply the scenario's interpretations; restart an app that learned something, such as a token, under others."""
        self.fiskil.interpret(interpretations)
        self.app.values["webhook_source_ips"] = ",".join(self.fiskil.webhook_sources)
        if interpretations != self._interpretations and self.app.can_restart:
            self.app.restart()
        self._interpretations = interpretations

    def _steps(self, scenario: Scenario, stage: Stage) -> str:
        around = {name for probe in scenario.probes for name in probe.around}
        known: dict[str, Effects] = {}
        for number, step in enumerate(scenario.steps):
            self.before_step(number, scenario, stage.journal)
            stage.journal.step = number
            try:
                watched = step_name(step) in around and self.app.has(EFFECTS)
                whom = _whom(step)
                if watched:
                    stage.snapshots("before", whom, known=known)
                step.perform(stage)
                known = stage.snapshots("after", whom) if watched else {}
            except ToolMissing as error:
                stage.cut_short(str(error), hook=error.tool)
                return ""
            except HarnessError as error:
                # The lines after the first are the app's own words: they differ from run to run, so no finding carries them.
                stage.trouble(str(error))
                return f"step {number + 1} ({step_text(step)}) could not be done: {str(error).partition(chr(10))[0]}"
        return ""

    def _settle(self, scenario: Scenario, stage: Stage, crashed: str) -> str:
        """Wait until the app is quiescent and ask for its effects, whatever happened before."""
        stage.journal.step = len(scenario.steps)
        self.before_step(len(scenario.steps), scenario, stage.journal)
        if self.app.has(EFFECTS):
            try:
                stage.snapshots("end")
            except (HookError, HookMissing) as error:
                return crashed or str(error)
        else:
            wait_until(lambda: self.fiskil.link.idle_s() >= IDLE_S, cap_s=IDLE_CAP_S)
        return crashed

    def _name_ids(self, stage: Stage) -> None:
        """Let the journal know what each minted id stands for, so that twins can be compared."""
        names = stage.journal.names
        for value, symbol in list(self.fiskil.sandbox.mint.names.items()):
            names.setdefault(value, symbol)
        for participant in stage.participants.values():
            names.setdefault(participant.ref, "end_user_ref")
            names.setdefault(participant.end_user_id, "end_user")
        for consent in self.fiskil.sandbox.store.consents:
            names.setdefault(consent, "consent")

    def _clean_up(self, *, is_restarted: bool) -> None:
        """Give the key back, remove the people, and bring the app back where the scenario touched the whole of it."""
        self.fiskil.sandbox.set_key(is_accepted=True)
        self.fiskil.serve_plain()
        self.app.serve_plain()
        self.app.values["api_url"] = self.fiskil.api_url
        if is_restarted and self.app.can_restart:
            self.app.restart()
        self.fiskil.reset()

    def _stage(self, scenario: Scenario, journal: Journal) -> Stage:
        self._count += 1
        journal.write(Started(how="found"))
        for entry in stated(self.settings, self.fiskil):
            journal.write(entry)
        return Stage(
            settings=self.settings,
            fiskil=self.fiskil,
            app=self.app,
            sender=self._sender(),
            journal=journal,
            person=catalog.person(scenario.end_user),
            nonce=f"{self._salt[:8]}-{self._count}",
            scenario=self._explored or scenario.name,
            explore=partial(self._explore, journal, scenario),
            seed=stream(self.seed, scenario.base_name).randrange(2**32),
            chromium=self.chromium,
        )

    def _explore(
        self, journal: Journal, scenario: Scenario, kind: PlanKind, wanted: int, shrink_s: float
    ) -> tuple[PlanRun, ...]:
        """Run generated plans, each with its own journal, while the *scenario* that asked for them waits with *journal*."""
        from fiskil_harness.scenario.generation import explore

        interpretations, self._explored = scenario.interpretations, scenario.name

        def run(plan: Scenario) -> "PlanResult":
            return self.try_plan(msgspec.structs.replace(plan, interpretations=interpretations))

        read_until = dict(self._read_until)
        try:
            explored = explore(
                run,
                kind=kind,
                seed=self.seed,
                wanted=wanted,
                can_restart=self.app.can_restart,
                can_fail=self.app.has(FAIL),
                folds=self.app.has(REDUCER),
                hooks=self.hooks(),
                shrink_cap_s=shrink_s,
            )
        finally:
            self._read_until, self._explored = read_until, ""
            self.fiskil.interpret(interpretations)
            deleted = frozenset(self.fiskil.sandbox.store.deleted_end_users)
            self.fiskil.link.begin(journal, is_stray=lambda end_user_id: end_user_id in deleted)
        return tuple(msgspec.structs.replace(run, **journal.stamp()) for run in explored.runs)

    def try_plan(self, plan: Scenario) -> "PlanResult":
        """Run a drawn plan and judge it; the app is started again after one that leaves it unwell, and only then."""
        from fiskil_harness.scenario.generation import PlanResult
        from fiskil_harness.scenario.generation.life_strategies import is_unwell

        journal, crashed = self.perform(plan, quiet_s=PLAN_IDLE_S, is_unwell=is_unwell)
        return PlanResult(findings=self.judge(plan, journal, crashed), journal=journal)

    def hooks(self) -> frozenset[str]:
        """The hooks that the app has, of those that drawn lives may need."""
        from fiskil_harness.core.config.hooks import HOOKS

        return frozenset(hook for hook in HOOKS if self.app.has(hook))

    def _sender(self) -> Sender:
        target = Target.of(self.app.url + self.settings.app.webhook.path, allow_hosts=self.settings.sandbox.allow_hosts)
        ca_file = self.fiskil.certificates.ca_file if target.is_tls else None
        return Sender(self.fiskil.loop, target, ca_file=ca_file, timeout_s=self.settings.app.limits.ack_s + 5)

    def _skip_output(self) -> None:
        for name, path in self.app.output().items():
            self._read_until[name] = end_of(path) if self._count > 1 else start_of(path)
        self._lines_read = self.fiskil.telemetry.line_count if self._count > 1 else 0

    def _note_output(self, journal: Journal, *, patience_s: float) -> None:
        for name, path in self.app.output().items():
            written = written_since(path, self._read_until.get(name, Mark()))
            journal.write(Output(place=name, text=written.text, problem=written.problem))
        telemetry = self.fiskil.telemetry
        if telemetry.line_count:
            # Records are exported a while after they are written, and some of them may be on their way.
            pause(min(telemetry.lag_s + LAG_SPARE_S, patience_s))
            lines = telemetry.lines_since(self._lines_read)
            journal.write(Output(place=OTLP, text="\n".join(lines).encode()))


def _goes_on(_number: int, _scenario: Scenario, _journal: Journal) -> None:
    """Nobody looks on."""


def _whom(step: AnyStep) -> str | None:
    """Whom alone to look at around *step*: the one that a forgery is about."""
    return step.twin if isinstance(step, Forge) else None


def _blamed(scenario: Scenario, journal: Journal) -> tuple[str, ...]:
    """The practices that the scenario bears on; where a drawn plan broke one promise, the one that this counts for."""
    blamed = tuple(plan_run.practice for plan_run in journal.all(PlanRun) if plan_run.practice in scenario.practices)
    return blamed or scenario.practices


__all__ = ["Delivery", "Driver", "Outcome"]
