"""Runs one scenario: waits for an idle app, performs the steps, waits again, then evaluates the probes.

Acting and judging are separate: when the probes run, all faults are lifted and the journal is complete.
"""

# Theory of operation
# ===================
# All scenarios of a worker share one local Fiskil and one app process, because starting an app is slow. A verdict must not
# depend on the scenario that ran before. So each scenario begins with an idle app and an empty sandbox, and ends idle.
#
#   phase     | action                                             | limit (real time)
#   ----------|----------------------------------------------------|----------------------------------------------------
#   begin     | wait until the app makes no API request            | 0.12 s without a request, within 5 s
#             | reset the sandbox, apply the interpretations       | (the app restarts if they have changed)
#             | record API requests from now on, mark the log ends |
#   act       | perform the steps, until one fails                 | limits of each step
#   settle    | query the effects hook until the app is idle       | 10 s per end user, 20 s in a disturbed scenario
#             | without the hook: wait for no API request          | 0.12 s without a request, within 5 s
#   end       | close windows, stop recording, lift all faults     |
#             | wait until open API requests have ended            | 5 s
#             | read log files and exported log records            | their export delay so far + 0.2 s, at most 6 s
#   clean up  | restore the API key and URL, reset the sandbox     | (the app restarts if a step affected it as a whole)
#
# Begin: an API request without an end user (a token, a list) could belong to any scenario. If the app sent one in the last
# 5 s and does not pause, the scenario does not start and is INCONCLUSIVE. An app that only polls for the end users of
# earlier scenarios never pauses either, but then the scenario starts. The sandbox has deleted these end users, so the
# proxy can mark requests for them: no fault acts on a marked request, and probes ignore it. Between generated plans the
# wait is only 0.01 s, because each plan ends with an idle app and no probe reads its API requests.
#
# Settle happens even after a failed step: the report shows what the app has done until then. The comment at the top of
# ``app/effects.py`` explains how an idle app is detected and which scenarios are disturbed. If the app is still busy at
# the limit, a missing effect is INCONCLUSIVE. The app's unfinished work is remembered as ``Backlog``, so that later waits
# for the same work are shorter.
#
# Reset removes end users, consents, faults, events and interpretations, and returns sandbox time to real time. The app
# keeps its state, because bugs that need a history would be hidden otherwise. It restarts only after a step that affects it
# as a whole, such as a revoked key, and when the interpretations change, because it may keep a token or a version.
# A generated plan runs inside a scenario, through the same phases; afterwards the scenario's own journal records again.

from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

import msgspec

from fiskil_harness.app.app_under_test import open_app
from fiskil_harness.app.browser import Chromium
from fiskil_harness.core import catalog
from fiskil_harness.core.clauses import Interpretations
from fiskil_harness.core.clock import wait_until
from fiskil_harness.core.config import Settings, environment
from fiskil_harness.core.config.hooks import EFFECTS, FAIL, REDUCER
from fiskil_harness.core.config.webhook_format import SCHEMES_BY_INTERPRETATION
from fiskil_harness.core.randomness import fresh_salt, stream
from fiskil_harness.errors import HarnessError, HookError, HookMissing, ToolMissing
from fiskil_harness.faults.proxy.bite_log import fault_set
from fiskil_harness.journal import Canaries, Effects, InterpretationsUsed, Journal, PlanKind, PlanRun, ProcessChanged
from fiskil_harness.probes import Finding, evaluation
from fiskil_harness.probes.coverage import exercised_in
from fiskil_harness.probes.outcome import Outcome
from fiskil_harness.runner.app_output import MOST_LAG_S, AppOutput
from fiskil_harness.runner.pause_monitor import PauseMonitor
from fiskil_harness.runner.preamble import config_statements, values_of
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

IDLE_S, IDLE_CAP_S = 0.12, 5.0
"""The time without an API request after which an app counts as idle, and the longest wait for it, in real seconds."""
PLAN_IDLE_S = 0.01
"""``IDLE_S`` between generated plans: shorter, because each plan ends with an idle app."""

BeforeStep = Callable[[int, Scenario, Journal], None]
"""Called before each step with its index, the scenario and the journal so far, and once after the last step."""


class Driver:
    """Runs scenarios one after another between one local Fiskil and one app."""

    def __init__(self, settings: Settings, *, workdir: Path, seed: int, app_object: Any = None) -> None:
        """Open the local Fiskil and prepare the app; ``start`` starts it.

        Args:
            workdir: Existing folder for the app's data and the certificates.
            seed: Determines ids, generated rows and generated plans.
            app_object: The app as a Python object; None uses the app in the config.

        Raises:
            ConfigError: The webhook secret is malformed for its signature scheme.
        """
        self.settings = settings
        self.seed = seed
        self.before_step: BeforeStep = _ignore_step
        self._workdir = workdir
        self._salt = fresh_salt()
        self._scenario_count = 0
        secret = environment(settings.sandbox.webhook_secret_env) if settings.sandbox.webhook_secret_env else None
        if secret is not None:
            interpretation = Interpretations(settings.sandbox.interpretations).of("webhooks.signature")
            key_of(secret, settings.app.webhook.scheme or SCHEMES_BY_INTERPRETATION[interpretation])
        self.fiskil = self._open_fiskil(secret)
        # Otherwise syncs that no step requested would complete while a slow machine performs a step.
        self.fiskil.sandbox.store.waits_for_clock_moves = True
        try:
            self.app = open_app(
                settings, values=values_of(settings, self.fiskil, workdir), workdir=workdir, app_object=app_object
            )
        except BaseException:
            self.fiskil.close()
            raise
        self.chromium = Chromium(allow_hosts=settings.sandbox.allow_hosts)
        self._is_started = False
        self._interpretations: dict[str, str] = {}
        self._exploring_scenario = ""
        self._output = AppOutput(self.app, self.fiskil.telemetry)

    def _open_fiskil(self, webhook_secret: str | None) -> LocalFiskil:
        """Open the local Fiskil that the app calls."""
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
        """Start the app, or restart it if it has exited.

        Raises:
            AppError: The app does not start or is never ready.
        """
        if self._is_started:
            self.app.revive()
        else:
            self.app.start()
            self._is_started = True

    def close(self) -> None:
        """Stop the app and all servers."""
        try:
            self.chromium.close()
            self.app.stop()
        finally:
            self.fiskil.close()

    def run(self, scenario: Scenario, *, quiet_s: float = IDLE_S) -> Outcome:
        """Run *scenario* and return its outcome.

        Args:
            quiet_s: How long the app must make no API request before the scenario begins, in real seconds.

        Raises:
            AppError: The app does not start, or is never ready.
        """
        return self.outcome(scenario, *self.perform(scenario, quiet_s=quiet_s))

    def outcome(self, scenario: Scenario, journal: Journal, crashed: str) -> Outcome:
        """Return the outcome of *scenario*.

        Args:
            journal: The finished journal of the scenario.
            crashed: Why the scenario did not run to its end; "" if it did.
        """
        return Outcome(
            scenario=scenario.name,
            title=scenario.title,
            practices=_practices_of(scenario, journal),
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
        """Perform the steps; return the journal, and the reason why the scenario did not run to its end ("" if it did).

        Args:
            quiet_s: How long the app must make no API request before the scenario begins, in real seconds.
            is_unwell: Returns True if the app must restart afterwards. By default the app restarts if a step affected it as
                a whole, such as a revoked key.

        Raises:
            AppError: The app does not start, or is never ready.
        """
        self.start()  # first, because the hooks of a Python object are known only after it was created
        missing = [hook for hook in scenario.needs if not self.app.has(hook)]
        journal = Journal()
        payload = self.settings.app.webhook.payload
        if not self.fiskil.dialect.is_ours:
            journal.read = lambda body, headers: message_fields(body, headers, payload=payload)
        if missing:
            return journal, ""
        is_quiet = wait_until(lambda: self.fiskil.proxy.idle_s() >= quiet_s, cap_s=IDLE_CAP_S)
        # Requests for end users of earlier scenarios do not disturb this one.
        if not is_quiet and self.fiskil.proxy.idle_without_end_user_s() < IDLE_CAP_S:
            return journal, "the app called the API without a pause for 5 s, so the scenario did not begin"
        self.fiskil.reset()
        self._choose_interpretations(scenario.interpretations)
        stage = self._stage(scenario, journal)
        deleted = frozenset(self.fiskil.sandbox.store.deleted_end_users)
        self.fiskil.proxy.begin(journal, is_of_earlier_scenario=lambda end_user_id: end_user_id in deleted)
        self._output.mark(is_first=self._scenario_count == 1)
        try:
            with PauseMonitor(journal):
                crashed = self._settle(scenario, stage, self._perform_steps(scenario, stage))
        finally:
            stage.close_windows()
            waiting_faults = self.fiskil.proxy.rules.waiting()
            self.fiskil.proxy.end()
            wait_until(lambda: not self.fiskil.proxy.open_requests, cap_s=IDLE_CAP_S)
        journal.write(Canaries(values=self.fiskil.sandbox.canaries()))
        store = self.fiskil.sandbox.store
        journal.write(InterpretationsUsed(clauses=tuple(sorted(store.used_clauses)), chosen=store.interpretations.chosen))
        for fault in waiting_faults:
            journal.write(fault_set(fault))
        self._output.record(journal, patience_s=MOST_LAG_S if quiet_s >= IDLE_S else 0)
        self._record_id_names(stage)
        self._clean_up(is_restarted=is_unwell(journal) if is_unwell else stage.must_restart)
        return journal, crashed

    def judge(self, scenario: Scenario, journal: Journal, crashed: str) -> tuple[Finding, ...]:
        """Return the findings of the probes, and a finding for each reason why the scenario is incomplete.

        Args:
            journal: The finished journal of the scenario.
            crashed: Why the scenario did not run to its end; "" if it did.
        """
        missing = [hook for hook in scenario.needs if not self.app.has(hook)]
        return evaluation.findings(scenario.probes, journal, crashed=crashed, missing=missing[0] if missing else "")

    def _choose_interpretations(self, interpretations: dict[str, str]) -> None:
        """Apply the scenario's interpretations; if they change, restart the app, which may keep a token or a version."""
        self.fiskil.interpret(interpretations)
        self.app.values["webhook_source_ips"] = ",".join(self.fiskil.webhook_sources)
        if interpretations != self._interpretations and self.app.can_restart:
            self.app.restart()
        self._interpretations = interpretations

    def _perform_steps(self, scenario: Scenario, stage: Stage) -> str:
        observed_steps = {name for probe in scenario.probes for name in probe.around}
        latest_effects: dict[str, Effects] = {}
        for number, step in enumerate(scenario.steps):
            self.before_step(number, scenario, stage.journal)
            stage.journal.step = number
            try:
                is_observed = step_name(step) in observed_steps and self.app.has(EFFECTS)
                whom = _observed_participant(step)
                if is_observed:
                    stage.snapshots("before", whom, earlier=latest_effects)
                step.perform(stage)
                latest_effects = stage.snapshots("after", whom) if is_observed else {}
            except ToolMissing as error:
                stage.record_incomplete(str(error), hook=error.tool)
                return ""
            except HarnessError as error:
                # The lines after the first are output of the app: they differ from run to run, so no finding contains them.
                stage.record_failure(str(error))
                return f"step {number + 1} ({step_text(step)}) could not be done: {str(error).partition(chr(10))[0]}"
        return ""

    def _settle(self, scenario: Scenario, stage: Stage, crashed: str) -> str:
        """Wait until the app is idle and record its effects; return why the scenario is incomplete ("" if complete)."""
        stage.journal.step = len(scenario.steps)
        self.before_step(len(scenario.steps), scenario, stage.journal)
        if self.app.has(EFFECTS):
            try:
                stage.snapshots("end")
            except (HookError, HookMissing) as error:
                return crashed or str(error)
        else:
            wait_until(lambda: self.fiskil.proxy.idle_s() >= IDLE_S, cap_s=IDLE_CAP_S)
        return crashed

    def _record_id_names(self, stage: Stage) -> None:
        """Record the meaning of each generated id in the journal, so that twins can be compared."""
        names = stage.journal.names
        for value, symbol in list(self.fiskil.sandbox.mint.names.items()):
            names.setdefault(value, symbol)
        for end_user in stage.end_users.values():
            names.setdefault(end_user.ref, "end_user_ref")
            names.setdefault(end_user.end_user_id, "end_user")
        for consent in self.fiskil.sandbox.store.consents:
            names.setdefault(consent, "consent")

    def _clean_up(self, *, is_restarted: bool) -> None:
        """Undo what the scenario changed at the API, restart the app if *is_restarted*, and remove the end users."""
        self.fiskil.sandbox.set_key(is_accepted=True)
        self.fiskil.serve_plain()
        self.app.serve_plain()
        self.app.values["api_url"] = self.fiskil.api_url
        if is_restarted and self.app.can_restart:
            self.app.restart()
        self.fiskil.reset()

    def _stage(self, scenario: Scenario, journal: Journal) -> Stage:
        self._scenario_count += 1
        journal.write(ProcessChanged(change="found"))
        for entry in config_statements(self.settings, self.fiskil):
            journal.write(entry)
        return Stage(
            settings=self.settings,
            fiskil=self.fiskil,
            app=self.app,
            sender=self._sender(),
            journal=journal,
            person=catalog.person(scenario.end_user),
            nonce=f"{self._salt[:8]}-{self._scenario_count}",
            scenario=self._exploring_scenario or scenario.name,
            explore=partial(self._explore, journal, scenario),
            seed=stream(self.seed, scenario.base_name).randrange(2**32),
            chromium=self.chromium,
        )

    def _explore(
        self, journal: Journal, scenario: Scenario, kind: PlanKind, plan_count: int, shrink_s: float
    ) -> tuple[PlanRun, ...]:
        """Run generated plans, each with its own journal, while *scenario* waits. Afterwards *journal* records again.

        Args:
            journal: The journal of *scenario*.
            plan_count: Number of plans.
            shrink_s: Limit for simplifying a failed plan, in real seconds.
        """
        from fiskil_harness.scenario.generation import explore

        interpretations, self._exploring_scenario = scenario.interpretations, scenario.name

        def run(plan: Scenario) -> "PlanResult":
            return self.try_plan(msgspec.structs.replace(plan, interpretations=interpretations))

        log_marks = dict(self._output.log_marks)
        try:
            explored = explore(
                run,
                kind=kind,
                seed=self.seed,
                wanted=plan_count,
                can_restart=self.app.can_restart,
                can_fail=self.app.has(FAIL),
                folds=self.app.has(REDUCER),
                hooks=self.hooks(),
                shrink_cap_s=shrink_s,
            )
        finally:
            self._output.log_marks, self._exploring_scenario = log_marks, ""
            self.fiskil.interpret(interpretations)
            deleted = frozenset(self.fiskil.sandbox.store.deleted_end_users)
            self.fiskil.proxy.begin(journal, is_of_earlier_scenario=lambda end_user_id: end_user_id in deleted)
        return tuple(msgspec.structs.replace(run, **journal.stamp()) for run in explored.runs)

    def try_plan(self, plan: Scenario) -> "PlanResult":
        """Run and evaluate a generated plan; the app restarts only after a plan that leaves it in an unusable state."""
        from fiskil_harness.scenario.generation import PlanResult
        from fiskil_harness.scenario.generation.life_strategies import is_unwell

        journal, crashed = self.perform(plan, quiet_s=PLAN_IDLE_S, is_unwell=is_unwell)
        return PlanResult(findings=self.judge(plan, journal, crashed), journal=journal)

    def hooks(self) -> frozenset[str]:
        """Return the hooks that the app has."""
        from fiskil_harness.core.config.hooks import HOOKS

        return frozenset(hook for hook in HOOKS if self.app.has(hook))

    def _sender(self) -> Sender:
        target = Target.of(self.app.url + self.settings.app.webhook.path, allow_hosts=self.settings.sandbox.allow_hosts)
        ca_file = self.fiskil.certificates.ca_file if target.is_tls else None
        return Sender(self.fiskil.loop, target, ca_file=ca_file, timeout_s=self.settings.app.limits.ack_s + 5)


def _ignore_step(_number: int, _scenario: Scenario, _journal: Journal) -> None:
    """Default callback: do nothing."""


def _observed_participant(step: AnyStep) -> str | None:
    """Return the participant whose effects are recorded around *step*: the target of a forgery. None means everyone."""
    return step.twin if isinstance(step, Forge) else None


def _practices_of(scenario: Scenario, journal: Journal) -> tuple[str, ...]:
    """Return the practices this outcome counts for: those that a generated plan violated, else all of the scenario."""
    violated = tuple(plan_run.practice for plan_run in journal.all(PlanRun) if plan_run.practice in scenario.practices)
    return violated or scenario.practices


__all__ = ["Driver", "Outcome"]
