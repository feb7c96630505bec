"""One worker of a run: its driver is opened at the first use, replaced after an error, and always closed.

Every error inside a scenario becomes an outcome; only an app that never started ends the run.
"""

import contextlib
import traceback
from collections.abc import Callable, Iterable, Iterator, Sequence
from pathlib import Path
from typing import Any

from msgspec import structs

from fiskil_harness.app.browser.login import login_secrets
from fiskil_harness.app.effects import is_unknown_path, query_effects
from fiskil_harness.core import machine, signals
from fiskil_harness.core.clock import stopwatch
from fiskil_harness.core.config import Settings
from fiskil_harness.core.config.hooks import EFFECTS
from fiskil_harness.core.config.template_values import of_end_user
from fiskil_harness.core.redaction.config_secrets import config_secrets
from fiskil_harness.core.redaction.environment_secrets import environment_secrets
from fiskil_harness.core.redaction.placeholders import Placeholders
from fiskil_harness.core.redaction.redactor import Redactor
from fiskil_harness.errors import AppError, ConfigError, HarnessError, HookError, UsageError
from fiskil_harness.journal import Delivery, Effects, Exchange, FaultSet, Journal, PlanRun, StepFailed
from fiskil_harness.journal.entries.plan_pairs import PairCoverage, pair_coverage
from fiskil_harness.journal.har import har_of
from fiskil_harness.journal.queries.unused_events import unused_event_marks
from fiskil_harness.probes import Finding, Verdict
from fiskil_harness.probes.coverage import coverage_marks
from fiskil_harness.probes.evaluation import EFFECTS_REPORTED, EVERY_STEP
from fiskil_harness.probes.evidence import (
    Excerpt,
    Picture,
    Printed,
    Story,
    excerpts,
    live_lines,
    pictures,
    screenshot_marks,
    shortened,
    story_of,
)
from fiskil_harness.probes.outcome import CONCERN, NOT_CONCERNED, Measure, Outcome, Played
from fiskil_harness.probes.route_coverage import route_marks
from fiskil_harness.runner.driver import Driver
from fiskil_harness.runner.first_contact import first_contact
from fiskil_harness.runner.judging import hooks_that_matter
from fiskil_harness.runner.printed_output import PrintedOutput
from fiskil_harness.runner.recording import recording_of, recording_of_outcome
from fiskil_harness.runner.run_folder import new_run_folder, remove_run_folder
from fiskil_harness.scenario.app_datasets import fitted_to
from fiskil_harness.scenario.scenario import Scenario

UNKNOWN_END_USER = of_end_user(ref="test-unknown", end_user_id="eu_" + "0" * 27, email="nobody@example.com", name="No Body")
"""Template values of an end user that no app knows, for the first call of a hook."""

OnProgress = Callable[[str, int, int, str, Sequence[str]], None]
"""Progress callback: scenario name, index of the next step, number of steps, step text, log lines since the last call."""

STILL_BUSY_SINCE = "the app has been busy since "
"""Prefix of the note naming the earlier scenario and message that the app has not finished processing."""

NEVER_IDLE = "The app does not become idle"
"""Prefix of the note about an undisturbed scenario after which the app was busy; it names the config keys that help."""

AGAIN_AFTER = "the scenario ran again with an empty app, because the first time "
"""Prefix of the note about a scenario that an earlier scenario may have affected."""

PENDING_OF_OTHERS = "`pending` of the effects hook counts the work for all end users; report only that of the requested one"
"""Note about an app whose unfinished work for one end user appears in the report about another."""

MOST_SILENT_SCENARIOS = 3
"""After this many scenarios in a row without a response, an app that the harness cannot restart gets no more deliveries."""


class Worker:
    """Runs scenarios between one Fiskil and one app."""

    def __init__(
        self,
        settings: Settings,
        *,
        seed: int,
        app_object: Any = None,
        folder: Path | None = None,
        open_driver: Callable[[Path], Driver] | None = None,
    ) -> None:
        """Prepare a worker; no server listens yet.

        Args:
            app_object: The app as a Python object; None uses the app in the config.
            folder: Working folder (default: a new temporary one); ``close`` removes it.
            open_driver: Returns a new driver that works in the given folder (default: one with a local Fiskil).
        """
        self.settings = settings
        self.seed = seed
        self._app_object = app_object
        self._folder = folder or new_run_folder()
        self._open_driver = open_driver or (
            lambda workdir: Driver(settings, workdir=workdir, seed=seed, app_object=app_object)
        )
        self._driver: Driver | None = None
        self._driver_count = 0
        self._has_been_ready = False
        self._silent_scenarios = 0
        self._last_responsive = ""
        self._missing_effects_hook = ""
        self._is_app_used, self._was_app_lost = False, False
        self._start_error: HarnessError | None = None
        self.on_progress: OnProgress | None = None
        self._reported_entries, self._current_scenario = 0, ""
        self.redactor = Redactor(self._secrets)
        for value in login_secrets(settings.app.login).values():
            self.redactor.register("login_secret", value)
        for kind, secret in environment_secrets(settings):
            self.redactor.register(kind, secret)
        for kind, secret in config_secrets(settings):
            self.redactor.register(kind, secret, has_parts=False)
        self.includes_har = False
        """If True, each result of ``play`` includes its exchanges as HAR."""
        self.includes_recording = False
        """If True, each result of ``play`` includes its journal, for a file."""
        self._placeholders = Placeholders()
        self.app_log: Path | None = None
        """The file that gets everything the app prints."""
        self._printed_output: PrintedOutput | None = None

    @property
    def driver(self) -> Driver:
        """The driver, created at the first use: its Fiskil listens, its app is not started yet.

        Raises:
            UsageError: The machine has no room for the driver's files, or too many files are open.
        """
        if self._driver is None:
            self._driver_count += 1
            workdir = self._folder / f"app-{self._driver_count}"
            try:
                workdir.mkdir(parents=True)
                self._driver = self._open_driver(workdir)
            except OSError as error:
                problem = machine.problem_of(error)
                if not problem:
                    raise
                raise UsageError(problem) from None
            self._driver.before_step = self._report_progress
            self._printed_output = PrintedOutput(self._driver.app)
        return self._driver

    @property
    def has_app(self) -> bool:
        """True if the config or the caller names an app."""
        app = self.settings.app
        return self._app_object is not None or bool(app.command or app.url or app.object)

    def refuse(self, reason: str) -> None:
        """Prevent the app from starting in this worker, for *reason*; the sandbox remains usable."""
        self._start_error = UsageError(reason)

    def launch(self) -> Driver:
        """Start the app without sending it a request. A failure is raised again by every later start.

        Raises:
            ConfigError: Neither the config nor the caller names an app.
            UsageError: ``refuse`` was called.
            AppError: The app does not start or is never ready.
        """
        return self._start(lambda _driver: None)

    def start(self) -> Driver:
        """Start the app and check that its effects hook responds as documented.

        Raises:
            ConfigError: Neither the config nor the caller names an app.
            UsageError: ``refuse`` was called.
            AppError: The app does not start or is never ready.
            HookError: The effects hook returns something else than documented.
        """
        driver = self._start(lambda driver: None if self._has_been_ready else _require_valid_effects(driver))
        self._has_been_ready = True
        return driver

    def _start(self, check: Callable[[Driver], None]) -> Driver:
        if self._start_error is not None:
            raise self._start_error
        if not self.has_app:
            source = self.settings.source or "the config"
            raise ConfigError(f"{source}: [app] names no app. Set command, url or object; `fiskil-harness init` shows how.")
        try:
            self.driver.start()
            check(self.driver)
        except HarnessError as error:
            error.args = (self.redactor.redact(str(error)),)
            self._start_error = error
            raise
        return self.driver

    def play(self, scenario: Scenario) -> Played:
        """Run and evaluate *scenario*; the result contains no secrets.

        If the app does not respond any more, or links an end user whom an earlier scenario left behind, the scenario runs
        again with an empty app.

        Raises:
            HarnessError: The app was never ready.
        """
        was_used, self._is_app_used = self._is_app_used, True
        played = self._play(scenario)
        if not self._was_app_lost:
            return played
        self._is_app_used = False
        if not was_used or not self.settings.app.command:
            return played
        self._restart_afresh()
        again = self._play(scenario)
        self._is_app_used = not self._was_app_lost
        notes = (f"{AGAIN_AFTER}{played.outcome.findings[0].observed}", *again.measure.notes)
        return structs.replace(again, measure=structs.replace(again.measure, notes=notes))

    def _restart_afresh(self) -> None:
        if self._driver is not None:
            with contextlib.suppress(AppError):
                self._driver.app.restart_afresh()

    def _play(self, scenario: Scenario) -> Played:
        self._was_app_lost = False
        elapsed = stopwatch()
        fit = fitted_to(scenario, self.settings)
        if fit.outside:
            return _outside(scenario, fit.outside, seed=self.seed)
        scenario = fit.scenario
        if not self._has_been_ready:
            self.start()
        journal, crashed, fault, is_judged = Journal(), "", "", False
        self._current_scenario = scenario.name
        excerpts: tuple[Excerpt, ...] = ()
        printed: Printed | None = None
        try:
            self._require_responses()
            self._require_effects_hook()
            driver = self.start()
            outcome, journal, crashed = driver.play(scenario)
            is_judged = True
            excerpts, fault = self._excerpts(outcome, journal, driver.app.url)
            self._was_app_lost = bool(crashed) and (not driver.app.is_ready() or _links_deleted_end_user(journal))
            self._count_silence(journal)
            self._detect_missing_effects_hook(outcome, driver)
            printed = self._end_output(outcome)
        except HarnessError as error:
            is_judged = False
            journal.write(StepFailed(reason=str(error)))
            outcome = unfinished(scenario, seed=self.seed, observed=first_line(str(error)))
            self._was_app_lost = not self._missing_effects_hook
            printed = self._end_output(outcome)
            self._replace_driver()
        except Exception as error:  # noqa: BLE001 - an internal error must not end the run
            is_judged = False
            fault = traceback.format_exc()
            observed = f"an internal error of the harness: {type(error).__name__}"
            outcome = unfinished(scenario, seed=self.seed, observed=observed)
            printed = self._end_output(outcome)
            self._replace_driver()
        measure = measured(scenario, journal, took_s=elapsed())
        story, screenshots, story_fault = self._story_and_pictures(scenario, outcome, journal, measure.took_s)
        # A result leaves the worker without secrets, so nothing that reports it redacts it again.
        played = self.redactor.redact_tree(
            Played(
                outcome=outcome,
                measure=measure,
                plans=tuple(run.plan for run in journal.all(PlanRun) if run.plan),
                traceback=fault or story_fault,
                excerpts=excerpts,
                har=har_of(journal, title=scenario.name) if self.includes_har else {},
                story=story,
                printed=printed,
                first_contact=first_contact(journal, crashed),
            )
        )
        if self.includes_recording:
            played = self._recorded(scenario, journal, played, crashed, is_judged=is_judged)
        story = played.story and shortened(played.story, has_passed=outcome.verdict is Verdict.PASS)
        # Pictures need no redaction: no picture is taken of a page that shows a secret.
        return structs.replace(played, story=story, pictures=screenshots)

    def _recorded(self, scenario: Scenario, journal: Journal, played: Played, crashed: str, *, is_judged: bool) -> Played:
        """Return *played* with the scenario for a journal file, without secrets; only its outcome after an error."""
        driver = self._driver
        try:
            self._placeholders.learn((*self._secrets(), *environment_secrets(self.settings)))
            self._placeholders.learn(config_secrets(self.settings), has_parts=False)
            self._placeholders.learn(("login_secret", value) for value in login_secrets(self.settings.app.login).values())
            recording = recording_of(
                scenario,
                journal,
                played.outcome,
                crashed=crashed,
                hooks=[hook for hook in hooks_that_matter(scenario) if driver is not None and driver.app.has(hook)],
                is_judged=is_judged,
                took_s=played.measure.took_s,
                placeholders=self._placeholders,
            )
        except RecursionError:  # the app's state is nested too deeply for a file
            return structs.replace(played, recording=recording_of_outcome(played.outcome))
        except Exception:  # noqa: BLE001 - an internal error must not lose the verdict
            fault = self.redactor.redact(traceback.format_exc())
            return structs.replace(
                played, recording=recording_of_outcome(played.outcome), traceback=played.traceback or fault
            )
        return structs.replace(played, recording=recording)

    def _report_progress(self, number: int, scenario: Scenario, journal: Journal) -> None:
        """Call the progress callback with what has happened since the last step, redacted."""
        if self.on_progress is None or scenario.name != self._current_scenario:
            return
        new_entries = list(journal)[self._reported_entries if number else 0 :]
        self._reported_entries = len(journal)
        steps = scenario.step_texts
        next_step, *log_lines = self.redactor.redact_tree(
            [steps[number] if number < len(steps) else "", *live_lines.lines(new_entries)]
        )
        self.on_progress(scenario.name, number, len(steps), next_step, log_lines)

    def _count_silence(self, journal: Journal) -> None:
        """Count the consecutive scenarios in which no delivery got a response."""
        deliveries = journal.all(Delivery)
        if deliveries:
            has_response = any(delivery.status is not None for delivery in deliveries)
            self._silent_scenarios = 0 if has_response else self._silent_scenarios + 1
            if has_response:
                self._last_responsive = self._current_scenario

    def _require_responses(self) -> None:
        if self.settings.app.url and self._silent_scenarios >= MOST_SILENT_SCENARIOS:
            since = f" since {self._last_responsive}, which may have stopped it" if self._last_responsive else ""
            raise AppError(
                f"the receiver did not respond to any delivery in {self._silent_scenarios} scenarios in a row{since}, "
                "so nothing more was sent"
            )

    def _detect_missing_effects_hook(self, outcome: Outcome, driver: Driver) -> None:
        """Remember that the effects hook probably does not exist, if it responds like a path that does not exist."""
        unreported = next((finding for finding in outcome.findings if finding.probe == EFFECTS_REPORTED), None)
        if unreported is not None and is_unknown_path(driver.app, UNKNOWN_END_USER):
            self._missing_effects_hook = unreported.observed

    def _require_effects_hook(self) -> None:
        if self._missing_effects_hook:
            raise HookError(
                f"{self._missing_effects_hook} A path that does not exist gets the same response, so nothing more was sent."
            )

    def close(self) -> None:
        """Stop the app and all servers and remove the folder; a second Ctrl-C cannot interrupt this."""
        with signals.ignored():
            self._replace_driver()
            remove_run_folder(self._folder)

    def _end_output(self, outcome: Outcome) -> Printed | None:
        """Return the excerpt of the app's output in a scenario, None if it passed; begin that of the next scenario."""
        output = self._printed_output
        if output is None or outcome.missing:
            return None
        printed = output.excerpt(outcome.scenario)
        self._copy_output(outcome.scenario)
        output.bound()
        output.begin()
        return None if outcome.verdict is Verdict.PASS else printed

    def _copy_output(self, title: str) -> None:
        if self._printed_output is not None and self.app_log is not None:
            self._printed_output.copy(self.app_log, title, redact=self.redactor.redact)

    def _excerpts(self, outcome: Outcome, journal: Journal, url: str) -> tuple[tuple[Excerpt, ...], str]:
        """Return the excerpts for *outcome*, and the traceback of an internal error in making them ("" without an error)."""
        try:
            return excerpts(outcome.scenario, outcome.findings, journal, url=url + self.settings.app.webhook.path), ""
        except Exception:  # noqa: BLE001 - an internal error must not lose the verdict
            return (), traceback.format_exc()

    def _story_and_pictures(
        self, scenario: Scenario, outcome: Outcome, journal: Journal, took_s: float
    ) -> tuple[Story | None, tuple[Picture, ...], str]:
        """Return the story and the screenshots of a scenario, and the traceback of an error in making them."""
        try:
            has_passed = outcome.verdict is Verdict.PASS
            story = story_of(scenario.name, scenario.step_texts, journal, took_s=took_s, has_passed=has_passed)
            return story, pictures(scenario.name, journal), ""
        except Exception:  # noqa: BLE001 - an internal error must not lose the verdict
            return None, (), traceback.format_exc()

    def _replace_driver(self) -> None:
        self.redactor.learn()
        driver, self._driver = self._driver, None
        if driver is not None:
            with contextlib.suppress(Exception):
                driver.close()
            with contextlib.suppress(OSError):
                self._copy_output("end of the app")
            self._printed_output = None

    def _secrets(self) -> Iterable[tuple[str, str]]:
        return self._driver.environment.secrets() if self._driver is not None else ()


def _links_deleted_end_user(journal: Journal) -> bool:
    """Return True if the API refused an auth session, because the app named an end user of an earlier scenario."""
    calls = [call for call in journal.all(Exchange) if call.route == "auth_session"]
    return any(call.is_of_earlier_scenario and call.status == 404 for call in calls)


def unfinished(scenario: Scenario, *, seed: int, observed: str, probe: str = EVERY_STEP) -> Outcome:
    """Return the INCONCLUSIVE outcome of a scenario that did not run to its end.

    Args:
        observed: Why the scenario did not run to its end.
        probe: The name of the only finding.
    """
    finding = Finding(probe=probe, verdict=Verdict.INCONCLUSIVE, observed=observed, practices=scenario.practices)
    return Outcome(
        scenario=scenario.name, title=scenario.title, practices=scenario.practices, seed=seed, findings=(finding,)
    )


def _outside(scenario: Scenario, reason: str, *, seed: int) -> Played:
    """Return the result of a scenario that does not concern the app, for *reason*; nothing was performed."""
    outcome = unfinished(scenario, seed=seed, observed=f"{NOT_CONCERNED}: {reason}", probe=CONCERN)
    return Played(outcome=structs.replace(outcome, outside=reason), measure=Measure(scenario=scenario.name, took_s=0.0))


def measured(scenario: Scenario, journal: Journal, *, took_s: float) -> Measure:
    """Return the measured costs of *scenario* from its *journal*, such as the number of exchanges.

    Args:
        took_s: Real seconds that the scenario took, with its evaluation.
    """
    deliveries = journal.all(Delivery)
    acknowledged = [delivery.took_s for delivery in deliveries if delivery.is_acknowledged]
    return Measure(
        scenario=scenario.name,
        took_s=round(took_s, 3),
        exchanges=len(journal.all(Exchange)),
        deliveries=len(deliveries),
        slowest_acknowledgement_ms=round(max(acknowledged) * 1000, 1) if acknowledged else None,
        notes=(
            *(trouble.reason for trouble in journal.all(StepFailed)),
            *_repeated_failures(journal),
            *_unfinished_work(journal),
            *_pending_of_others(journal),
            *_never_idle(scenario, journal),
        ),
        pairs=_pairs(journal),
        coverage_marks=(
            *coverage_marks(journal),
            *route_marks(journal),
            *screenshot_marks(journal),
            *unused_event_marks(journal),
        ),
    )


def _pairs(journal: Journal) -> PairCoverage | None:
    runs = journal.all(PlanRun)
    possible = next((run.possible for run in runs if run.possible), ())
    return pair_coverage(possible, (run.happened for run in runs)) if possible else None


def _repeated_failures(journal: Journal) -> Iterator[str]:
    """Yield how often each failing plan with a race condition failed again."""
    for run in journal.all(PlanRun):
        if run.rounds:
            yield f"plan {run.number} failed again in {run.rounds_failed} of {run.rounds} rounds"


def _unfinished_work(journal: Journal) -> Iterator[str]:
    """Yield a note about the earlier scenario since which the app has been busy, if it was still busy at the end."""
    for since in dict.fromkeys(
        effects.busy_since for effects in journal.all(Effects) if effects.is_final and effects.busy_since
    ):
        yield f"{STILL_BUSY_SINCE}{since}"


def _pending_of_others(journal: Journal) -> Iterator[str]:
    """Yield a note if the app reported older unfinished work for an end user whom it does not concern."""
    if any(effects.pending_of_others for effects in journal.all(Effects)):
        yield PENDING_OF_OTHERS


def _never_idle(scenario: Scenario, journal: Journal) -> Iterator[str]:
    """Yield a note if the app was busy at the end of an undisturbed scenario, with the config key that changes the wait."""
    busy = [effects for effects in journal.all(Effects) if effects.is_final and not effects.is_idle]
    if not busy or journal.all(FaultSet):
        return
    last = busy[-1]
    if last.pending:
        yield (
            f"{NEVER_IDLE}: after {scenario.name} `pending` of {EFFECTS} stayed {last.pending}. Return 0 when the work for "
            "the end user is done. If the work takes longer, raise app.limits.fresh_s: waits last as long as it says."
        )
    elif last.waits_for:
        yield (
            f"{NEVER_IDLE}: in {scenario.name} {last.waits_for} was acknowledged and not applied. If your app does not use "
            "such events, leave them out of app.facts.uses_events. If the work takes longer, raise app.limits.fresh_s."
        )


def first_line(text: str) -> str:
    """Return the first line of an error message; later lines are output of the app, which differs from run to run."""
    return text.partition("\n")[0]


def _require_valid_effects(driver: Driver) -> None:
    if not driver.app.has(EFFECTS):
        return
    reply = driver.app.call(EFFECTS, UNKNOWN_END_USER)
    if reply.status is None:
        raise HookError(f"{EFFECTS} did not respond: {reply.problem}.")
    # An app may reject an unknown end user; only a 2xx response must have the documented form.
    if 200 <= reply.status < 300:
        query_effects(driver.app, UNKNOWN_END_USER)
