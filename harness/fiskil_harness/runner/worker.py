"""One worker of a run: its driver, opened at the first need, replaced after an accident, closed in every case.

Whatever happens inside a scenario becomes an outcome; only an app that never started ends the run.
"""

import contextlib
import shutil
import tempfile
import traceback
from collections.abc import Callable, Iterable, Iterator, Sequence
from pathlib import Path
from typing import Any

import msgspec
from msgspec import structs

from fiskil_harness.app.effects import is_nowhere, query_effects
from fiskil_harness.app.template_values import of_end_user
from fiskil_harness.core import signals
from fiskil_harness.core.clock import stopwatch
from fiskil_harness.core.config import Settings
from fiskil_harness.core.config.hooks import EFFECTS
from fiskil_harness.core.redaction.redactor import Redactor
from fiskil_harness.errors import AppError, ConfigError, HarnessError, HookError, UsageError
from fiskil_harness.journal import Delivery, Effects, Exchange, Journal, PlanRun, Trouble, har
from fiskil_harness.journal.entries.plan_pairs import Pairs, covered
from fiskil_harness.probes import Finding, Verdict
from fiskil_harness.probes.coverage import coverage_marks
from fiskil_harness.probes.evaluation import EFFECTS_REPORTED
from fiskil_harness.probes.evidence import Excerpt, Picture, Story, excerpts, live_lines, pictures, story_of
from fiskil_harness.probes.outcome import Measure, Outcome, Played
from fiskil_harness.runner.driver import Driver
from fiskil_harness.scenario.scenario import Scenario
from fiskil_harness.scenario.steps import step_text
from fiskil_harness.server.local_fiskil import LocalFiskil, secrets_of

UNKNOWN_END_USER = of_end_user(
    ref="rehearsal-nobody", end_user_id="eu_" + "0" * 27, email="nobody@example.com", name="No Body"
)
"""An end user that no app knows, for a first look at a hook."""

OnProgress = Callable[[str, int, int, str, Sequence[str]], None]
"""Is told a scenario's name, the number of the coming step and of all, the step in words, and what has just happened."""

STILL_BUSY_SINCE = "the app has not come to rest since "
"""So begins the note that names the earlier scenario, and its message, which the app has left undone."""

MOST_SILENT = 3
"""An app that we cannot start again is asked no more when it gave no answer in so many scenarios in a row."""


class Worker:
    """Plays scenarios between one local Fiskil and one app."""

    def __init__(self, settings: Settings, *, seed: int, given: Any = None, folder: Path | None = None) -> None:
        """Nothing listens yet. *given* is an app as a Python object; *folder* (default: a new one) goes with the worker."""
        self.settings = settings
        self.seed = seed
        self._given = given
        self._folder = folder or Path(tempfile.mkdtemp(prefix="fiskil-harness-"))
        self._driver: Driver | None = None
        self._count = 0
        self._was_ready = False
        self._silent = 0
        self._blind = ""
        self._refusal: HarnessError | None = None
        self.on_progress: OnProgress | None = None
        self._seen, self._playing = 0, ""
        self.redactor = Redactor(self._secrets)
        self.wants_har = False
        """Whether what is played brings its exchanges along."""

    @property
    def driver(self) -> Driver:
        """The driver; its sandbox listens, its app is not started yet."""
        if self._driver is None:
            self._count += 1
            workdir = self._folder / f"app-{self._count}"
            workdir.mkdir(parents=True)
            self._driver = Driver(self.settings, workdir=workdir, seed=self.seed, given=self._given)
            self._driver.before_step = self._shown
        return self._driver

    @property
    def fiskil(self) -> LocalFiskil:
        """The local Fiskil of this worker."""
        return self.driver.fiskil

    @property
    def has_app(self) -> bool:
        """Whether the config or the caller names an app."""
        app = self.settings.app
        return self._given is not None or bool(app.command or app.url or app.object)

    def refuse(self, reason: str) -> None:
        """Let no app start in this worker; the sandbox alone can still be used."""
        self._refusal = UsageError(reason)

    def launch(self) -> Driver:
        """Start the app, once, and ask it nothing; a refusal is remembered, its text redacted, and raised again.

        Raises:
            ConfigError: There is no app.
            AppError: It does not start or never gets ready.
        """
        return self._started(lambda _driver: None)

    def start(self) -> Driver:
        """Launch the app, and refuse one whose effects nobody could read.

        Raises:
            ConfigError: There is no app.
            AppError: It does not start or never gets ready.
            HookError: Its effects hook answers something else than documented.
        """
        driver = self._started(lambda driver: None if self._was_ready else _refuse_bad_effects(driver))
        self._was_ready = True
        return driver

    def _started(self, check: Callable[[Driver], None]) -> Driver:
        if self._refusal is not None:
            raise self._refusal
        if not self.has_app:
            source = self.settings.source or "the config"
            raise ConfigError(f"{source}: [app] names no app. Give command, url or object; `fiskil-harness init` shows how.")
        try:
            self.driver.start()
            check(self.driver)
        except HarnessError as error:
            error.args = (self.redactor.redact(str(error)),)
            self._refusal = error
            raise
        return self.driver

    def play(self, scenario: Scenario) -> Played:
        """Run *scenario*, judge it, and take every secret out of what is told.

        Raises:
            HarnessError: The app has never been ready.
        """
        elapsed = stopwatch()
        if not self._was_ready:
            self.start()
        journal, fault = Journal(), ""
        self._playing = scenario.name
        shown: tuple[Excerpt, ...] = ()
        try:
            self._refuse_silence()
            self._refuse_blindness()
            driver = self.start()
            journal, crashed = driver.perform(scenario)
            outcome = driver.outcome(scenario, journal, crashed)
            shown, fault = self._exhibits(outcome, journal, driver.app.url)
            self._listen(journal)
            self._look(outcome, driver)
        except HarnessError as error:
            journal.write(Trouble(what=str(error)))
            outcome = self._undone(scenario, first_line(str(error)))
            self._replace_driver()
        except Exception as error:  # noqa: BLE001 - a fault of our own must not end the run
            fault = self.redactor.redact(traceback.format_exc())
            outcome = self._undone(scenario, f"a fault of the harness itself: {type(error).__name__}")
            self._replace_driver()
        measure = measured(scenario, journal, took_s=elapsed())
        story, seen, mishap = self._shows(scenario, outcome, journal, measure.took_s)
        played = Played(
            outcome=outcome,
            measure=measure,
            plans=tuple(run.plan for run in journal.all(PlanRun) if run.plan),
            fault=fault or mishap,
            excerpts=shown,
            har=self._har(scenario, journal) if self.wants_har else "",
        )
        return structs.replace(self._redacted(played), story=story, pictures=seen)

    def _shown(self, number: int, scenario: Scenario, journal: Journal) -> None:
        """Let whoever looks on see what has happened since the last step, without a secret."""
        if self.on_progress is None or scenario.name != self._playing:
            return
        self.redactor.learn()
        new = list(journal)[self._seen if number else 0 :]
        self._seen = len(journal)
        coming = step_text(scenario.steps[number]) if number < len(scenario.steps) else ""
        told = [self.redactor.redact(line) for line in live_lines.lines(new)]
        self.on_progress(scenario.name, number, len(scenario.steps), self.redactor.redact(coming), told)

    def _listen(self, journal: Journal) -> None:
        """Count the scenarios in a row in which nothing that was delivered got an answer."""
        made = journal.all(Delivery)
        if made:
            self._silent = 0 if any(delivery.status is not None for delivery in made) else self._silent + 1

    def _refuse_silence(self) -> None:
        if self.settings.app.url and self._silent >= MOST_SILENT:
            raise AppError(f"the receiver gave no answer at all in {self._silent} scenarios in a row, so no more was sent")

    def _look(self, outcome: Outcome, driver: Driver) -> None:
        """Remember an effects hook that found nobody and answers as any path does that is not there."""
        found = next((finding for finding in outcome.findings if finding.probe == EFFECTS_REPORTED), None)
        if found is not None and is_nowhere(driver.app, UNKNOWN_END_USER):
            self._blind = found.observed

    def _refuse_blindness(self) -> None:
        if self._blind:
            raise HookError(f"{self._blind} A path that does not exist is answered the same, so no more was sent.")

    def close(self) -> None:
        """Stop the app and every server and remove the folder; a second Ctrl-C waits until that is done."""
        with signals.ignored():
            self._replace_driver()
            shutil.rmtree(self._folder, ignore_errors=True)

    def _exhibits(self, outcome: Outcome, journal: Journal, url: str) -> tuple[tuple[Excerpt, ...], str]:
        """What there is to show of *outcome*, and the traceback where that went wrong: no verdict is lost with a picture."""
        try:
            return excerpts(outcome.scenario, outcome.findings, journal, url=url + self.settings.app.webhook.path), ""
        except Exception:  # noqa: BLE001 - a fault of our own must not take the verdict along
            return (), self.redactor.redact(traceback.format_exc())

    def _shows(
        self, scenario: Scenario, outcome: Outcome, journal: Journal, took_s: float
    ) -> tuple[Story | None, tuple[Picture, ...], str]:
        """The story and the pictures of a scenario, without a secret, and the traceback where that went wrong."""
        try:
            steps = [step_text(step) for step in scenario.steps]
            has_passed = outcome.verdict is Verdict.PASS
            redact = self.redactor.redact_tree
            story = story_of(scenario.name, steps, journal, took_s=took_s, has_passed=has_passed, redact=redact)
            return story, pictures(scenario.name, journal), ""
        except Exception:  # noqa: BLE001 - a fault of our own must not take the verdict along
            return None, (), self.redactor.redact(traceback.format_exc())

    def _har(self, scenario: Scenario, journal: Journal) -> str:
        return har.render(har.har_of(journal, redactor=self.redactor, title=scenario.name))

    def _replace_driver(self) -> None:
        self.redactor.learn()
        driver, self._driver = self._driver, None
        if driver is not None:
            with contextlib.suppress(Exception):
                driver.close()

    def _undone(self, scenario: Scenario, reason: str) -> Outcome:
        finding = Finding(probe="every_step_done", verdict=Verdict.INCONCLUSIVE, observed=reason)
        return Outcome(
            scenario=scenario.name,
            title=scenario.title,
            practices=scenario.practices,
            seed=self.seed,
            findings=(finding,),
        )

    def _redacted(self, played: Played) -> Played:
        plain = self.redactor.redact_tree(msgspec.to_builtins(played))
        return msgspec.convert(plain, Played)

    def _secrets(self) -> Iterable[tuple[str, str]]:
        return secrets_of(self._driver.fiskil) if self._driver is not None else ()


def measured(scenario: Scenario, journal: Journal, *, took_s: float) -> Measure:
    """What *journal* says about the cost of *scenario*."""
    deliveries = journal.all(Delivery)
    acknowledged = [delivery.took_s for delivery in deliveries if delivery.outcome == "ack"]
    return Measure(
        scenario=scenario.name,
        took_s=round(took_s, 3),
        exchanges=len(journal.all(Exchange)),
        deliveries=len(deliveries),
        slowest_acknowledgement_ms=round(max(acknowledged) * 1000, 1) if acknowledged else None,
        notes=(*(trouble.what for trouble in journal.all(Trouble)), *_races(journal), *_unrest(journal)),
        pairs=_pairs(journal),
        coverage_marks=coverage_marks(journal),
    )


def _pairs(journal: Journal) -> Pairs | None:
    runs = journal.all(PlanRun)
    possible = next((run.possible for run in runs if run.possible), ())
    return covered(possible, (run.happened for run in runs)) if possible else None


def _races(journal: Journal) -> Iterator[str]:
    """How often a failing plan with a race in it failed again."""
    for run in journal.all(PlanRun):
        if run.rounds:
            yield f"plan {run.number} failed again in {run.rounds_failed} of {run.rounds} rounds"


def _unrest(journal: Journal) -> Iterator[str]:
    """Since when the app has not come to rest, where that was before this scenario and it did not in the end."""
    for since in dict.fromkeys(
        effects.left_by for effects in journal.all(Effects) if effects.moment == "end" and effects.left_by
    ):
        yield f"{STILL_BUSY_SINCE}{since}"


def first_line(text: str) -> str:
    """The first line: what follows it are the app's own words, which differ from run to run."""
    return text.partition("\n")[0]


def _refuse_bad_effects(driver: Driver) -> None:
    if not driver.app.has(EFFECTS):
        return
    reply = driver.app.call(EFFECTS, UNKNOWN_END_USER)
    if reply.status is None:
        raise HookError(f"{EFFECTS} did not answer: {reply.trouble}.")
    # An app may refuse an end user that it does not know; what it answers with 2xx must fit.
    if 200 <= reply.status < 300:
        query_effects(driver.app, UNKNOWN_END_USER)
