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
#             | reset the sandbox, apply the interpretations       | (the app restarts if it may keep the earlier ones)
#             | record API requests from now on, mark the log ends |
#   act       | perform the steps, until one fails                 | limits of each step
#   settle    | query the effects hook until the app is idle       | 10 s per end user, 20 s in a disturbed scenario
#             | without the hook: wait for no API request          | 0.12 s without a request, within 5 s
#   end       | close windows, stop recording, lift all faults     |
#             | wait until open API requests have ended            | 5 s
#             | read log files and exported log records            | their export delay so far + 0.2 s, at most 6 s
#   clean up  | restore the API key and URL, reset the sandbox     | (the app restarts if a step affected it as a whole)
#             | restart a busy app in an empty folder              |
#
# Begin: an API request without an end user (a token, a list) could belong to any scenario. If the app sent one in the last
# 5 s and does not pause, the scenario does not start and is INCONCLUSIVE. An app that only polls for the end users of
# earlier scenarios never pauses either, but then the scenario starts. The sandbox has deleted these end users, so the
# proxy can mark requests for them: no fault acts on a marked request, and probes ignore it. Between generated plans the
# wait is only 0.01 s, because each plan ends with an idle app and no probe reads its API requests.
#
# Settle happens even after a failed step: the report shows what the app has done until then. The comment at the top of
# ``app/idle.py`` explains how an idle app is detected and which scenarios are disturbed. If the app is still busy at
# the limit, a missing effect is INCONCLUSIVE. The app's unfinished work is remembered as ``Backlog``, so that later waits
# for the same work are shorter.
#
# Reset removes end users, consents, faults, events and interpretations, and returns sandbox time to real time. Tokens that
# a step or a fault expired early are valid again: another process of the app may still hold one. The app keeps its state,
# because bugs that need a history would be hidden otherwise. It restarts only after a step that affects it as a whole, such
# as a revoked key, after a 401 that no successful call followed, and when an interpretation changes by which it may keep a
# token or a version. An app that is busy at the end restarts with an emptied folder, so that its unfinished work affects no
# later scenario.
# Again: if a probe of the app's state does not pass, and the state is late, the scenario runs again with longer waits
# (``late_states.py``). Only the second run counts.
# A generated scenario has no phases of its own: each of its plans runs through all of them, with a journal of its own.

from collections.abc import Callable, Iterable
from contextlib import suppress
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

import msgspec

from fiskil_harness.app.app_under_test import open_app
from fiskil_harness.app.browser import Chromium
from fiskil_harness.app.idle import NO_REQUEST, wait_for_no_request
from fiskil_harness.core.clauses import Interpretations, kept_by_apps
from fiskil_harness.core.clock import wait_until
from fiskil_harness.core.config import Settings
from fiskil_harness.core.config import environment as environment_variable
from fiskil_harness.core.config.hooks import EFFECTS, FAIL, HOOKS, REDUCER
from fiskil_harness.core.config.webhook_format import SCHEMES_BY_INTERPRETATION
from fiskil_harness.core.randomness import fresh_salt, stream
from fiskil_harness.errors import AppError, HarnessError, HookError, ToolMissing
from fiskil_harness.faults.proxy.bite_log import fault_set
from fiskil_harness.journal import Effects, Journal, ProcessChanged
from fiskil_harness.journal.queries.tokens import is_locked_out
from fiskil_harness.journal.secret_search import search_secrets
from fiskil_harness.probes import Finding, evaluation
from fiskil_harness.probes.outcome import Outcome
from fiskil_harness.runner.app_output import MOST_LAG_S, AppOutput
from fiskil_harness.runner.judging import counted, findings_of, outcome_of
from fiskil_harness.runner.late_states import MOST_SAMPLES, SAMPLE, SLACK_S, are_in_doubt, changes_late
from fiskil_harness.runner.pause_monitor import PauseMonitor
from fiskil_harness.runner.preamble import allowed_addresses, config_statements, consent_page_address, values_of
from fiskil_harness.sandbox.consents.console import Console, requested_permissions
from fiskil_harness.sandbox.pages.embedding import LOOPBACK
from fiskil_harness.scenario.app_datasets import fit
from fiskil_harness.scenario.scenario import GeneratedScenario, Scenario
from fiskil_harness.scenario.single_reports import single_reports
from fiskil_harness.scenario.stage import Stage
from fiskil_harness.scenario.steps import AnyStep, CollectOutputs, Forge, step_text
from fiskil_harness.scenario.steps import name_of as step_name
from fiskil_harness.scenario.steps.app_files import collect_outputs
from fiskil_harness.scenario.used_datasets import datasets_used
from fiskil_harness.server.fiskil import Fiskil, local
from fiskil_harness.server.local_fiskil import LocalFiskil
from fiskil_harness.webhooks import Sender, Target
from fiskil_harness.webhooks.payload_format import message_fields
from fiskil_harness.webhooks.signature_schemes import key_of

if TYPE_CHECKING:
    from fiskil_harness.scenario.generation import PlanResult

IDLE_S, IDLE_CAP_S = NO_REQUEST["begin"]
PLAN_IDLE_S, _ = NO_REQUEST["begin of plan"]

BeforeStep = Callable[[int, Scenario, Journal], None]
"""Called before each step with its index, the scenario and the journal so far, and once after the last step."""


class Driver:
    """Runs scenarios one after another between one Fiskil and one app."""

    def __init__(
        self, settings: Settings, *, workdir: Path, seed: int, app_object: Any = None, environment: Fiskil | None = None
    ) -> None:
        """Open the Fiskil and prepare the app; ``start`` starts it.

        Args:
            workdir: Existing folder for the app's data and the certificates.
            seed: Determines ids, generated rows and generated plans.
            app_object: The app as a Python object; None uses the app in the config.
            environment: The Fiskil that the app calls (default: a local one); ``close`` closes it.

        Raises:
            ConfigError: The webhook secret is malformed for its signature scheme.
        """
        self.settings = settings
        self.seed = seed
        self.before_step: BeforeStep = _ignore_step
        self._workdir = workdir
        self._salt = fresh_salt()
        self._scenario_count = 0
        self.environment = environment or _open_local_fiskil(settings, workdir=workdir, seed=seed)
        try:
            self.app = open_app(
                settings, values=values_of(settings, self.environment, workdir), workdir=workdir, app_object=app_object
            )
        except BaseException:
            self.environment.close()
            raise
        self.chromium = Chromium(allow_hosts=settings.sandbox.allow_hosts, addresses=consent_page_address(self.environment))
        self._is_started = False
        self._is_never_quiet = False
        self._interpretations: dict[str, str] = {}
        self._output = AppOutput(self.app, self.environment.telemetry)
        self._patience_s = settings.app.limits.fresh_s + SLACK_S
        self._are_states_late: bool | None = None
        self._lateness_samples = 0

    @property
    def fiskil(self) -> LocalFiskil:
        """The local Fiskil that the app calls.

        Raises:
            StepError: The app calls the hosted Fiskil.
        """
        return local(self.environment)

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
            self.environment.close()

    def run(self, scenario: Scenario, *, quiet_s: float = IDLE_S) -> Outcome:
        """Run *scenario* and return its outcome.

        Args:
            quiet_s: How long the app must make no API request before the scenario begins, in real seconds.

        Raises:
            AppError: The app does not start, or is never ready.
        """
        return self.play(scenario, quiet_s=quiet_s)[0]

    def play(self, scenario: Scenario, *, quiet_s: float = IDLE_S) -> tuple[Outcome, Journal, str]:
        """Run *scenario*; return its outcome, its journal, and why it did not run to its end ("" if it did).

        If states of the app may have been read too early, the scenario runs again with waits until they are final.

        Args:
            quiet_s: How long the app must make no API request before the scenario begins, in real seconds.

        Raises:
            AppError: The app does not start, or is never ready.
        """
        journal, crashed = self.perform(scenario, quiet_s=quiet_s)
        outcome = self.outcome(scenario, journal, crashed)
        if not crashed and self._may_be_too_early(scenario, outcome.findings, journal):
            journal, crashed = self.perform(scenario, quiet_s=quiet_s, patience_s=self._patience_s)
            outcome = self.outcome(scenario, journal, crashed)
        return outcome, journal, crashed

    def outcome(self, scenario: Scenario, journal: Journal, crashed: str) -> Outcome:
        """Return the outcome of *scenario*.

        Args:
            journal: The finished journal of the scenario.
            crashed: Why the scenario did not run to its end; "" if it did.
        """
        outcome = self._outcome(scenario, search_secrets(journal), crashed)
        if evaluation.lacks_log_lines(outcome.findings):
            self._output.record_late_lines(journal)
            outcome = self._outcome(scenario, search_secrets(journal), crashed)
        return counted(outcome, scenario, self.settings)

    def _outcome(self, scenario: Scenario, journal: Journal, crashed: str) -> Outcome:
        findings = self.judge(scenario, journal, crashed)
        return outcome_of(scenario, journal, findings, has=self.app.has, seed=self.seed)

    def perform(
        self,
        scenario: Scenario,
        *,
        quiet_s: float = IDLE_S,
        part_of: str = "",
        patience_s: float = 0.0,
        at_end: Callable[[Stage], None] = lambda _: None,
    ) -> tuple[Journal, str]:
        """Perform the steps; return the journal, and the reason why the scenario did not run to its end ("" if it did).

        Args:
            quiet_s: How long the app must make no API request before the scenario begins, in real seconds.
            part_of: Name of the generated scenario that *scenario* is a plan of; "" if it is no plan.
            patience_s: How long each wait for the app lasts at least, in real seconds.
            at_end: Called after the steps, while the end users still exist.

        Raises:
            AppError: The app does not start, or is never ready.
        """
        self.start()  # first, because the hooks of a Python object are known only after it was created
        journal = Journal()
        payload = self.settings.app.webhook.payload
        if not self.environment.dialect.is_ours:
            journal.read = lambda body, headers: message_fields(body, headers, payload=payload)
        if any(not self.app.has(hook) for hook in scenario.needs):
            return journal, ""
        is_quiet = wait_for_no_request(self.environment.proxy, quiet_s, IDLE_CAP_S)
        if not is_quiet and self.app.can_restart and not self._is_never_quiet:
            self._restart_afresh()
            is_quiet = wait_for_no_request(self.environment.proxy, quiet_s, IDLE_CAP_S)
            self._is_never_quiet = not is_quiet
        # Requests for end users of earlier scenarios do not disturb this one.
        if not is_quiet and self.environment.proxy.idle_without_end_user_s() < IDLE_CAP_S:
            return journal, "the app called the API without a pause for 5 s, so the scenario did not begin"
        if isinstance(scenario, GeneratedScenario):
            self._run_plans(scenario, journal)
            return journal, ""
        self.environment.reset()
        self._choose_interpretations(scenario)
        stage = self._stage(scenario, journal, part_of or scenario.name, patience_s)
        self.environment.begin(journal)
        self._output.mark()
        try:
            with PauseMonitor(journal):
                crashed = self._settle(scenario, stage, self._perform_steps(scenario, stage))
                at_end(stage)
        finally:
            stage.close_windows()
            waiting_faults = self.environment.proxy.rules.waiting()
            self.environment.proxy.end()
            wait_until(lambda: not self.environment.proxy.open_requests, cap_s=IDLE_CAP_S)
        self.environment.finish(journal)
        for end_user in stage.end_users.values():
            journal.names.setdefault(end_user.ref, "end_user_ref")
            journal.names.setdefault(end_user.end_user_id, "end_user")
        for fault in waiting_faults:
            if fault not in stage.optional_faults:
                journal.write(fault_set(fault))
        self._output.record(journal, patience_s=MOST_LAG_S if quiet_s >= IDLE_S else 0)
        self._clean_up(is_restarted=stage.must_restart or is_locked_out(journal))
        if self.app.can_restart and _has_unfinished_work(journal):
            self._restart_afresh()
        return journal, crashed

    def _may_be_too_early(self, scenario: Scenario, findings: Iterable[Finding], journal: Journal) -> bool:
        """Return True if a probe of states does not pass, and the app's state is late."""
        doubtful = are_in_doubt(findings, scenario.probes) and journal.all(Effects) and not _has_unfinished_work(journal)
        if not doubtful or not isinstance(self.environment, LocalFiskil):
            return False
        while self._are_states_late is None and self._lateness_samples < MOST_SAMPLES:
            self._lateness_samples += 1
            self._are_states_late = self._examine_lateness(scenario.interpretations)
        return bool(self._are_states_late)

    def _examine_lateness(self, interpretations: dict[str, str]) -> bool | None:
        """Return True if the app's state changes after its work has ended, and None if this sample does not show it."""
        results: list[bool | None] = []
        # The lines of the scenario that caused the doubt may be read again, so its marks must remain.
        output, self._output = self._output, AppOutput(self.app, self.environment.telemetry)
        with suppress(AppError):
            self.perform(
                msgspec.structs.replace(SAMPLE, interpretations=interpretations),
                quiet_s=PLAN_IDLE_S,
                at_end=lambda stage: results.append(changes_late(stage, self._patience_s)),
            )
        self._output = output
        return next(iter(results), False)

    def _restart_afresh(self) -> None:
        """Restart the app without its unfinished work. If it does not start, the next scenario reports that."""
        with suppress(AppError):
            self.app.restart_afresh()

    def judge(self, scenario: Scenario, journal: Journal, crashed: str) -> tuple[Finding, ...]:
        """Return the findings of the probes, and a finding for each reason why the scenario is incomplete.

        Args:
            journal: The finished journal of the scenario.
            crashed: Why the scenario did not run to its end; "" if it did.
        """
        return findings_of(scenario, journal, crashed, has=self.app.has, settings=self.settings)

    def _choose_interpretations(self, scenario: Scenario) -> None:
        """Apply the scenario's interpretations; restart the app if it may keep something under the earlier ones."""
        self.environment.interpret({**single_reports(scenario, self.settings), **scenario.interpretations})
        self.app.values["webhook_source_ips"] = allowed_addresses(self.environment)
        kept = kept_by_apps(scenario.interpretations)
        if kept != self._interpretations and self.app.can_restart:
            self.app.restart()
        self._interpretations = kept

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
        try:
            stage.settle("end")
        except HookError as error:
            return crashed or str(error)
        if not crashed and not any(isinstance(step, CollectOutputs) for step in scenario.steps):
            collect_outputs(stage, is_logs_only=True)
        return crashed

    def _clean_up(self, *, is_restarted: bool) -> None:
        """Undo what the scenario changed at the API, restart the app if *is_restarted*, and remove the end users."""
        self.environment.restore()
        self.app.serve_plain()
        self.app.values["api_url"] = self.environment.api_url
        if is_restarted and self.app.can_restart:
            self.app.restart()
        self.environment.reset()

    def _stage(self, scenario: Scenario, journal: Journal, name: str, patience_s: float = 0.0) -> Stage:
        self._scenario_count += 1
        journal.write(ProcessChanged(change="found"))
        for entry in config_statements(self.settings, self.environment):
            journal.write(entry)
        return Stage(
            settings=self.settings,
            environment=self.environment,
            app=self.app,
            sender=self._sender(),
            journal=journal,
            person=scenario.end_user,
            nonce=f"{self._salt[:8]}-{self._scenario_count}",
            scenario=name,
            seed=stream(self.seed, scenario.base_name).randrange(2**32),
            chromium=self.chromium,
            patience_s=patience_s,
        )

    def _run_plans(self, scenario: GeneratedScenario, journal: Journal) -> None:
        """Run generated plans, each with its own journal, and record their results in *journal*."""
        from fiskil_harness.scenario.generation import explore

        self._output.mark()
        journal.write(ProcessChanged(change="found"))
        self.before_step(0, scenario, journal)
        journal.step = 0
        explored = explore(
            partial(self.try_plan, of=scenario),
            kind=scenario.kind,
            seed=self.seed,
            wanted=scenario.plans,
            can_restart=self.app.can_restart,
            can_fail=self.app.has(FAIL),
            folds=self.app.has(REDUCER),
            has_unlawful=self.settings.gate.defence_in_depth,
            hooks=self.hooks(),
            shrink_cap_s=scenario.shrink_s,
        )
        for plan_run in explored.runs:
            journal.write(msgspec.structs.replace(plan_run, **journal.stamp()))
        journal.step = 1
        self.before_step(1, scenario, journal)

    def try_plan(self, plan: Scenario, *, of: GeneratedScenario) -> "PlanResult":
        """Run and evaluate a plan of a generated scenario."""
        from fiskil_harness.scenario.generation import PlanResult

        plan = msgspec.structs.replace(plan, interpretations=of.interpretations)
        plan = fit(plan, datasets_used(self.settings.app.facts)).scenario
        perform = partial(self.perform, plan, quiet_s=PLAN_IDLE_S, part_of=of.name)
        journal, crashed = perform()
        findings = self.judge(plan, journal, crashed)
        if not crashed and self._may_be_too_early(plan, findings, journal):
            journal, crashed = perform(patience_s=self._patience_s)
            findings = self.judge(plan, journal, crashed)
        explained = evaluation.why_unfinished(journal) if crashed else ()
        return PlanResult(findings=(*explained, *findings), journal=journal)

    def hooks(self) -> frozenset[str]:
        """Return the hooks that the app has."""
        return frozenset(hook for hook in HOOKS if self.app.has(hook))

    def _sender(self) -> Sender:
        target = Target.of(self.app.url + self.settings.app.webhook.path, allow_hosts=self.settings.sandbox.allow_hosts)
        ca_file = self.environment.certificates.ca_file if target.is_tls else None
        return Sender(self.environment.loop, target, ca_file=ca_file, timeout_s=self.settings.app.limits.ack_s + 5)


def _open_local_fiskil(settings: Settings, *, workdir: Path, seed: int) -> LocalFiskil:
    """Open the local Fiskil that the config describes."""
    sandbox, webhook = settings.sandbox, settings.app.webhook
    interpretations = Interpretations(sandbox.interpretations)
    secret = environment_variable(sandbox.webhook_secret_env) if sandbox.webhook_secret_env else None
    if secret is not None:
        key_of(secret, webhook.scheme or SCHEMES_BY_INTERPRETATION[interpretations.of("webhooks.signature")])
    fiskil = LocalFiskil(
        workdir=workdir,
        seed=seed,
        is_tls=sandbox.tls,
        auth_origin=sandbox.auth_origin,
        webhook_secret=secret,
        interpretations=interpretations,
        console=Console(permissions=requested_permissions(settings.app.facts.datasets or ())),
        scheme=webhook.scheme,
        payload=webhook.payload,
    )
    # Otherwise syncs that no step requested would complete while a slow machine performs a step.
    fiskil.sandbox.store.waits_for_clock_moves = True
    # An app under test may run here although its URIs name another host, as in production.
    fiskil.sandbox.store.embed_from = LOOPBACK
    return fiskil


def _has_unfinished_work(journal: Journal) -> bool:
    """Return True if the app was busy in the last snapshot of a participant."""
    last = {effects.participant: effects for effects in journal.all(Effects)}
    return any(not effects.is_idle for effects in last.values())


def _ignore_step(_number: int, _scenario: Scenario, _journal: Journal) -> None:
    """Default callback: do nothing."""


def _observed_participant(step: AnyStep) -> str | None:
    """Return the participant whose effects are recorded around *step*: the target of a forgery. None means everyone."""
    return step.twin if isinstance(step, Forge) else None
