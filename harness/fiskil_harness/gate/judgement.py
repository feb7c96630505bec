"""The judgement of a run: the status of each practice, and the decision that the gate is open or stays shut.

This module reads no clock: the caller passes the date, so equal outcomes give equal judgements.
"""

import datetime
import enum
from collections.abc import Iterable, Sequence

import msgspec
from msgspec import Struct

from fiskil_harness.core.config import Settings
from fiskil_harness.core.config.hooks import EFFECTS, HOOKS, LOGIN, ORIGIN_IN_MESSAGE, SECRET_IN_ENV
from fiskil_harness.core.model.permission import untried_in_a_run
from fiskil_harness.errors import ConfigError
from fiskil_harness.gate import expectations, interpretation_runs
from fiskil_harness.gate.diagnosis import Diagnosis, diagnose
from fiskil_harness.gate.inconclusive_causes import CauseGroup, cause_groups
from fiskil_harness.gate.interpretation_runs import InterpretationResult, InterpretationRun, was_not_run
from fiskil_harness.gate.practice_status import (
    MET,
    PracticeStatus,
    Status,
    check_statements,
    is_valid_on,
    refuse_unknown_practice,
    statement_remarks,
    status_of,
)
from fiskil_harness.gate.strength import Strength, strengths
from fiskil_harness.gate.terms import Terms, terms_of
from fiskil_harness.journal import API_URL_IN_ENV, CA_FILE_IN_ENV
from fiskil_harness.probes import Verdict, coverage, heaviest
from fiskil_harness.probes.coverage import Coverage
from fiskil_harness.probes.evidence import Excerpt, Picture, Printed, Story
from fiskil_harness.probes.hints import SEPARATOR
from fiskil_harness.probes.outcome import Measure, Outcome, applicable, without_counts
from fiskil_harness.probes.practices import all_practices
from fiskil_harness.probes.route_coverage import RouteCoverage, missing_faults, route_coverage

FORMAT = "fiskil-harness/report/7"
PURPOSES = HOOKS | {
    LOGIN: "logs an end user in before the harness opens pages of the app",
    ORIGIN_IN_MESSAGE: "passes the app the origin of the message that its page received",
    SECRET_IN_ENV: "allows starting the app without the secret",
    API_URL_IN_ENV: "makes the app call the local Fiskil",
    CA_FILE_IN_ENV: "makes the app trust the valid certificates of the local Fiskil",
}
"""The purpose of each hook, and of each template value that is reported as a missing hook."""
CONFIG = "config: "
"""The beginning of the subject of a difference in the config."""
ONLY_REQUIRED = "Only what the required practices need was tested,"
"""The beginning of the remark about a gate that leaves out everything else."""
INCOMPLETE = "so the gate is incomplete and stays shut."
"""The end of the remark about missing shards."""


class Decision(enum.StrEnum):
    """The decision of the gate; NOT_REQUESTED for a run of some scenarios only."""

    OPEN = "open"
    SHUT = "shut"
    NOT_REQUESTED = "not requested"


class Unlock(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A hook or fact that the config does not set, and the practices that it would help to prove."""

    hook: str
    purpose: str
    practices: tuple[str, ...]


class Judgement(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The part of a report that is equal for any two runs with the same seed.

    ``config_errors`` are errors of the config that only the outcomes reveal, such as a waiver for a practice that is proven.
    ``left_out`` lists scenarios that did not run, because the command cannot provide what they need or because the gate is
    fast. ``interpretation_runs`` are the runs under alternative interpretations. ``bugs`` are the verdicts about known bugs
    of webhook receivers, if a scenario ran that can detect one. ``coverage`` lists the flows that the run exercised, and
    those that it did not. ``strengths`` lists the experiments that passed for each practice. ``causes`` are the
    INCONCLUSIVE findings of the scenarios that apply to the app, by cause. ``remarks`` are sentences that a reader needs
    to interpret the decision. ``required_stated`` is the number of required practices that are met only because the
    config states a part that no experiment can try. ``terms`` are the parts of the config that make a gate strict, and
    ``not_run`` are sentences about scenarios and practices that were expected (``--expect``) and did not run.
    """

    seed: int
    decision: Decision
    required: int
    required_met: int
    practices: int
    statuses: tuple[PracticeStatus, ...]
    required_stated: int = 0
    scenarios: tuple[Outcome, ...]
    unlocks: tuple[Unlock, ...] = ()
    config_errors: tuple[str, ...] = ()
    left_out: tuple[str, ...] = ()
    interpretation_runs: tuple[InterpretationRun, ...] = ()
    bugs: tuple[Diagnosis, ...] = ()
    is_fast: bool = False
    coverage: tuple[Coverage, ...] = ()
    strengths: tuple[Strength, ...] = ()
    causes: tuple[CauseGroup, ...] = ()
    remarks: tuple[str, ...] = ()
    terms: Terms = Terms()
    not_run: tuple[str, ...] = ()

    @property
    def problems(self) -> tuple[str, ...]:
        """Sentences about what keeps the gate shut besides practices: what did not run, and errors of the config."""
        return self.not_run + self.config_errors

    @property
    def verdict(self) -> Verdict:
        """The heaviest verdict of all scenarios. Scenarios that lack only optional hooks are ignored, unless all do."""
        return heaviest([outcome.verdict for outcome in applicable(self.scenarios) or self.scenarios])

    @property
    def missing_shards(self) -> str:
        """The remark about missing shards; "" if none is missing."""
        return next((remark for remark in self.remarks if remark.endswith(INCOMPLETE)), "")

    def with_status(self, status: Status) -> list[PracticeStatus]:
        """Return every practice with *status*, in the order of Fiskil's list of practices."""
        return [practice for practice in self.statuses if practice.status is status]


class AppIdentity(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The name, version, commit and programming language of the app under test; "" for what is unknown."""

    name: str = ""
    version: str = ""
    commit: str = ""
    language: str = ""


class Run(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The time, machine and options of a run.

    ``again`` is the command that repeats the run. ``again_for_scenario`` is the command that repeats one scenario, with
    ``{scenario}`` in place of its name. ``paths`` maps a scenario that came from a file to the file's path, because the
    command needs this path. ``plans`` are the files of saved plans; ``replay_with`` are the options with which `replay` runs
    a plan against the same app. ``digest`` identifies the config, and ``app`` the app under test.
    """

    command: str
    began_at: str
    took_s: float
    workers: int
    config: str
    harness: str
    python: str
    platform: str
    again: str
    again_for_scenario: str
    paths: dict[str, str] = {}
    was_interrupted: bool = False
    internal_errors: int = 0
    plans: tuple[str, ...] = ()
    replay_with: str = ""
    digest: str = ""
    app: AppIdentity = AppIdentity()


class Shard(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """One shard (part) of a gate: its number, counted from 1, and data that `merge` needs to combine the shards.

    A shard does not judge its interpretation runs: ``interpretation_outcomes`` are their outcomes, which `merge` judges.
    """

    number: int
    count: int
    is_all_interpretations: bool = False
    is_only_required: bool = False
    interpretation_outcomes: tuple[Outcome, ...] = ()


class Difference(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A change since the baseline. ``subject`` is a practice, a probe in a scenario, an interpretation, or a config key.

    ``weight`` is FAIL if the subject is violated now, PASS if it is better, and INCONCLUSIVE if it is no longer proven or if
    the config became looser.
    """

    subject: str
    before: str
    now: str
    weight: Verdict

    @property
    def is_of_config(self) -> bool:
        """True if the config became looser."""
        return self.subject.startswith(CONFIG)


class Comparison(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The comparison of a gate with a baseline; ``caveats`` state what only one of the two reports tested."""

    baseline: str
    worse: tuple[Difference, ...] = ()
    better: tuple[Difference, ...] = ()
    same: int = 0
    caveats: tuple[str, ...] = ()

    @property
    def exit_code(self) -> int:
        """0 if nothing is worse, 1 if something is newly violated, 3 if something is no longer proven."""
        if not self.worse:
            return 0
        return 1 if any(difference.weight is Verdict.FAIL for difference in self.worse) else 3


class GateResult(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """All data of a report. ``result`` is equal for two runs with the same seed, the other fields are not.

    ``routes`` lists the kinds of fault that each route met; which of several calls at a time meets a fault is chance.
    ``stories`` describe what happened in each scenario, ``pictures`` show pages of the app, ``printed`` its output in each
    scenario that did not pass. ``shard`` is set if the report covers one shard of a gate, ``comparison`` if a baseline was
    given. ``sha256`` is the SHA-256 of ``result`` as canonical JSON (see ``digests.digest``); that of a shard also covers
    what `merge` needs.
    """

    format: str = FORMAT
    result: Judgement
    run: Run
    measured: tuple[Measure, ...] = ()
    routes: tuple[RouteCoverage, ...] = ()
    excerpts: tuple[Excerpt, ...] = ()
    stories: tuple[Story, ...] = ()
    pictures: tuple[Picture, ...] = ()
    printed: tuple[Printed, ...] = ()
    shard: Shard | None = None
    comparison: Comparison | None = None
    sha256: str = ""

    @property
    def exit_code(self) -> int:
        """Exit code of the command. With a baseline, regressions and everything that did not run make it non-zero."""
        code = exit_code(
            self.result, was_interrupted=self.run.was_interrupted, has_internal_error=self.run.internal_errors > 0
        )
        if self.comparison is None or code in {4, 130}:
            return code
        if self.result.config_errors or self.result.missing_shards:
            return self.comparison.exit_code or 2
        return self.comparison.exit_code or (3 if self.result.not_run else 0)


def check(settings: Settings) -> None:
    """Raise an error, before anything runs, if the gate's part of the config is invalid.

    Raises:
        UnknownName: A practice does not exist.
        ConfigError: Nothing is required, an interpretation does not exist, or an attestation or waiver is not acceptable.
    """
    interpretation_runs.check(settings)
    source = settings.source or "the config"
    if not settings.gate.required:
        raise ConfigError(
            f"{source}: gate.required is empty, so the gate would require nothing. Write 'all', or a list of practice ids."
        )
    if settings.gate.required != "all":
        for practice_id in settings.gate.required:
            refuse_unknown_practice(practice_id, f"{source}: [gate] required")
    check_statements(settings, source)


def is_only_required(judgement: Judgement) -> bool:
    """Return whether only scenarios of required practices ran."""
    return any(remark.startswith(ONLY_REQUIRED) for remark in judgement.remarks)


def judge(
    outcomes: Iterable[Outcome],
    *,
    settings: Settings,
    seed: int,
    today: datetime.date,
    is_whole: bool = True,
    coverage_marks: Iterable[str] = (),
    is_fast: bool = False,
    is_only_required: bool = False,
    left_out: tuple[str, ...] = (),
    expected: tuple[str, ...] = (),
) -> Judgement:
    """Judge every practice, and decide whether the gate is open.

    Args:
        is_whole: False if the run was interrupted, had an internal error, or lacks shards; the gate then stays shut.
        coverage_marks: Results of the app's API calls in all scenarios together (see ``coverage.coverage_marks``).
        is_fast: True if each question was tested only once; *left_out* then lists the scenarios that did not run.
        is_only_required: True if only scenarios of required practices ran.
        expected: Names of scenarios and practices; the gate stays shut unless they ran.
    """
    marks = frozenset(coverage_marks)
    untested_faults = () if is_fast else missing_faults(marks)
    ordered = sorted(map(without_counts, outcomes), key=lambda outcome: outcome.scenario)
    usual = tuple(outcome for outcome in ordered if not interpretation_runs.is_of_interpretation_run(outcome))
    runs = interpretation_runs.evaluate(
        filter(interpretation_runs.is_of_interpretation_run, ordered), usual=usual, settings=settings
    )
    required = set(all_practices()) if settings.gate.required == "all" else set(settings.gate.required)
    statuses = tuple(
        status_of(
            practice,
            usual,
            settings,
            today,
            is_required=practice.id in required,
            coverage_marks=marks,
            untested_faults=untested_faults,
        )
        for practice in all_practices().values()
    )
    config_errors = tuple(_needless_waivers(statuses, settings, today))
    required_met = [status for status in statuses if status.is_required and _is_met(status)]
    is_met = len(required_met) == len(required) and not any(map(_is_violated, statuses))
    not_run = tuple(expectations.not_run(expected, usual, statuses))
    is_open = is_whole and is_met and not (config_errors or not_run) and not any(map(stays_shut, runs))
    return Judgement(
        seed=seed,
        decision=Decision.OPEN if is_open else Decision.SHUT,
        required=len(required),
        required_met=len(required_met),
        required_stated=len([status for status in required_met if status.status is Status.STATED]),
        practices=len(statuses),
        statuses=statuses,
        scenarios=usual,
        unlocks=_unlocks(statuses, usual),
        config_errors=config_errors,
        left_out=left_out,
        interpretation_runs=runs,
        bugs=diagnose(usual),
        is_fast=is_fast,
        coverage=coverage.coverage(settings.app.facts, (flow for outcome in usual for flow in outcome.coverage), marks),
        strengths=strengths(usual),
        causes=cause_groups(applicable(usual)),
        terms=terms_of(settings, (outcome.scenario for outcome in usual), expected=expected),
        not_run=not_run,
        remarks=(
            *_remarks(usual, settings, today, is_fast=is_fast, left_out=left_out),
            *([f"{ONLY_REQUIRED} in {len(usual)} of {len(usual) + len(left_out)} scenarios."] if is_only_required else []),
        ),
    )


def routes_met(judgement: Judgement, coverage_marks: Iterable[str]) -> tuple[RouteCoverage, ...]:
    """Return which kinds of fault each route met in a gate; nothing for other runs."""
    return () if judgement.decision is Decision.NOT_REQUESTED else route_coverage(coverage_marks)


def report_only(
    outcomes: Iterable[Outcome], *, settings: Settings, seed: int, today: datetime.date, left_out: tuple[str, ...] = ()
) -> Judgement:
    """Judge some scenarios without a decision about the gate. Only practices that these scenarios test get a status."""
    whole = judge(outcomes, settings=settings, seed=seed, today=today)
    named = {practice_id for outcome in whole.scenarios for practice_id in outcome.practices}
    statuses = tuple(
        msgspec.structs.replace(status, is_required=False) for status in whole.statuses if status.practice in named
    )
    return Judgement(
        seed=seed,
        decision=Decision.NOT_REQUESTED,
        required=0,
        required_met=0,
        practices=whole.practices,
        statuses=statuses,
        scenarios=whole.scenarios,
        unlocks=_unlocks(statuses, whole.scenarios),
        left_out=left_out,
        bugs=whole.bugs,
        strengths=whole.strengths,
        causes=whole.causes,
        remarks=(*_unfinished_remark(whole.scenarios), *_outside_remarks(whole.scenarios)),
    )


def exit_code(judgement: Judgement, *, was_interrupted: bool = False, has_internal_error: bool = False) -> int:
    """Return the exit code of the command for *judgement*.

    The codes are: 0 open or PASS, 1 violated or FAIL, 2 config error, 3 not proven, 4 internal error, 130 interrupted.
    A required interpretation counts as violated if the app fails under it, and as not proven if its run is inconclusive.
    """
    if has_internal_error:
        return 4
    if was_interrupted:
        return 130
    if judgement.decision is Decision.NOT_REQUESTED:
        return {Verdict.PASS: 0, Verdict.FAIL: 1, Verdict.INCONCLUSIVE: 3}[judgement.verdict]
    failed = [run for run in judgement.interpretation_runs if run.is_required and run.result is InterpretationResult.FAILS]
    if failed or any(map(_is_violated, judgement.statuses)):
        return 1
    if judgement.config_errors:
        return 2
    return 0 if judgement.decision is Decision.OPEN else 3


def stays_shut(run: InterpretationRun) -> bool:
    """Return whether the gate stays shut because of *run*: it is required, and it failed or is inconclusive."""
    return run.is_required and run.result in {InterpretationResult.FAILS, InterpretationResult.INCONCLUSIVE}


def _remarks(
    outcomes: Sequence[Outcome], settings: Settings, today: datetime.date, *, is_fast: bool, left_out: Sequence[str]
) -> Iterable[str]:
    yield from _unfinished_remark(outcomes)
    yield from _outside_remarks(outcomes)
    if untried_in_a_run(settings.app.facts.datasets or ()):
        yield (
            "Energy data was not tried, because app.facts.datasets names bank data too. "
            "Run the gate again with a second config whose app.facts.datasets names energy data only."
        )
    if is_fast:
        yield (
            f"A fast gate: it tested each question once, in {len(outcomes)} of {len(outcomes) + len(left_out)} scenarios, "
            "and left the others out."
        )
    yield from statement_remarks(settings, today)


def _unfinished_remark(outcomes: Sequence[Outcome]) -> Iterable[str]:
    count = len([outcome for outcome in outcomes if was_not_run(outcome)])
    if count:
        yield f"{count} of {len(outcomes)} scenarios did not finish."


def _outside_remarks(outcomes: Sequence[Outcome]) -> Iterable[str]:
    """Yield a sentence for each reason why scenarios do not concern the app."""
    for reason in dict.fromkeys(outcome.outside for outcome in outcomes if outcome.outside):
        names = ", ".join(outcome.scenario for outcome in outcomes if outcome.outside == reason)
        yield f"Not run, because {reason}: {names}."


def _is_violated(practice: PracticeStatus) -> bool:
    return practice.status is Status.VIOLATED and not practice.waiver


def _is_met(practice: PracticeStatus) -> bool:
    return practice.status in MET or bool(practice.waiver)


def _needless_waivers(statuses: Sequence[PracticeStatus], settings: Settings, today: datetime.date) -> Iterable[str]:
    proven = {status.practice for status in statuses if status.status in MET}
    for waiver in settings.waive:
        if waiver.practice in proven and is_valid_on(waiver, today):
            yield f"[[waive]] {waiver.practice} is not needed: the practice is proven. Remove the waiver."


def _purpose(hook: str) -> str:
    if hook.startswith("app.limits"):
        return "the limit that your app promises, in seconds; without it no limit is checked"
    if hook.startswith(EFFECTS + SEPARATOR):
        return "a part of the response of this hook; docs/connect.md explains each part"
    return PURPOSES.get(hook, "a fact that only your team knows" if hook.startswith("app.facts") else "")


def _unlocks(statuses: Sequence[PracticeStatus], outcomes: Sequence[Outcome]) -> tuple[Unlock, ...]:
    """Return the missing hooks that would help to prove a practice, and missing hooks of optional experiments."""
    practices_by_hook = {
        hook: {status.practice for status in statuses if hook in status.hooks}
        for status in statuses
        for hook in status.hooks
    }
    for outcome in outcomes:
        if outcome.needs_optional_hooks_only:
            for hook in outcome.missing:
                practices_by_hook.setdefault(hook, set()).update(outcome.practices)
    return tuple(
        Unlock(
            hook=hook,
            purpose=_purpose(hook),
            practices=tuple(status.practice for status in statuses if status.practice in practices_by_hook[hook]),
        )
        for hook in sorted(practices_by_hook)
    )
