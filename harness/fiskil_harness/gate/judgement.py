"""From standings to one decision: the gate opens or stays shut.

Nothing here reads a clock: the date is given, so the same outcomes make the same judgement.
"""

import datetime
import enum
from collections.abc import Iterable, Sequence

import msgspec
from msgspec import Struct

from fiskil_harness.core.config import Settings
from fiskil_harness.core.config.hooks import HOOKS, ORIGIN_IN_MESSAGE, SECRET_IN_ENV
from fiskil_harness.errors import ConfigError
from fiskil_harness.gate import interpretation_trials
from fiskil_harness.gate.diagnosis import Diagnosis, diagnose
from fiskil_harness.gate.digests import Digests
from fiskil_harness.gate.interpretation_trials import InterpretationRun, TrialResult, was_not_run
from fiskil_harness.gate.practice_status import (
    PracticeStatus,
    Status,
    check_statements,
    is_valid_on,
    refuse_unknown_practice,
    statement_remarks,
    status_of,
)
from fiskil_harness.journal import API_URL_IN_ENV, CA_FILE_IN_ENV
from fiskil_harness.probes import Verdict, coverage, heaviest
from fiskil_harness.probes.coverage import Coverage
from fiskil_harness.probes.evidence import Excerpt, Picture, Story
from fiskil_harness.probes.outcome import Measure, Outcome
from fiskil_harness.probes.practices import all_practices

FORMAT = "fiskil-harness/report/3"
NOT_THE_WHOLE = "so this is not the whole, and the gate stays shut."
"""How the remark ends that tells of parts that are missing."""


class Decision(enum.StrEnum):
    """What the gate says; it is not asked where only some scenarios ran."""

    OPEN = "open"
    SHUT = "shut"
    NOT_REQUESTED = "not asked"


class Unlock(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A hook or fact that the config does not give, and the practices that it would help to prove."""

    hook: str
    purpose: str
    practices: tuple[str, ...]


class Judgement(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Everything that two runs with one seed have in common.

    ``complaints`` are faults of the config that only the outcomes can show, such as a waiver for something that passes.
    ``left_out`` names scenarios that were not run because the command at hand cannot give what they need, or because the
    gate *is_fast* and asks each question once. ``interpretation_runs`` are other interpretations. ``bugs`` are
    the known ones of webhook receivers, where anything was run that can see one. ``coverage`` is what the run exercised and
    what it did not. ``remarks`` are what one must know before one believes the decision.
    """

    seed: int
    decision: Decision
    required: int
    required_met: int
    practices: int
    statuses: tuple[PracticeStatus, ...]
    scenarios: tuple[Outcome, ...]
    unlocks: tuple[Unlock, ...] = ()
    complaints: tuple[str, ...] = ()
    left_out: tuple[str, ...] = ()
    interpretation_runs: tuple[InterpretationRun, ...] = ()
    bugs: tuple[Diagnosis, ...] = ()
    is_fast: bool = False
    coverage: tuple[Coverage, ...] = ()
    remarks: tuple[str, ...] = ()

    @property
    def verdict(self) -> Verdict:
        """The heaviest verdict of all scenarios; those about other apps count only where there are no others."""
        own = [outcome for outcome in self.scenarios if not outcome.needs_optional_hooks_only]
        return heaviest([outcome.verdict for outcome in own or self.scenarios])

    @property
    def problem(self) -> str:
        """The remark about parts that are missing; empty where this is the whole."""
        return next((remark for remark in self.remarks if remark.endswith(NOT_THE_WHOLE)), "")

    def with_status(self, standing: Status) -> list[PracticeStatus]:
        """Every practice with that standing, in the order of Fiskil's page."""
        return [status for status in self.statuses if status.status is standing]


class Run(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """When, where and how it ran. ``again`` is the command that runs it all again, ``again_one`` the one for a scenario.

    ``paths`` are the files that scenarios came from, by the scenario's name: such a one is run by its path. ``plans`` are
    saved plans, and ``replay_with`` are the options with which `replay` meets the same app again. ``digest`` tells one
    config from another.
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
    faults: int = 0
    plans: tuple[str, ...] = ()
    replay_with: str = ""
    digest: str = ""


class Share(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Number of this shard, and what `merge` needs besides: it alone judges scenarios under other interpretations."""

    number: int
    count: int
    is_all_interpretations: bool = False
    under_interpretations: tuple[Outcome, ...] = ()


class Difference(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Something that is not as it was in the baseline: a practice, a probe in a scenario, or a reading.

    ``weight`` is how bad that is: FAIL where something is violated now, INCONCLUSIVE where it is no more proven, PASS where
    it is better.
    """

    what: str
    before: str
    now: str
    weight: Verdict


class Comparison(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A gate against a baseline; ``caveats`` say where the two did not ask the same."""

    baseline: str
    worse: tuple[Difference, ...] = ()
    better: tuple[Difference, ...] = ()
    same: int = 0
    caveats: tuple[str, ...] = ()

    @property
    def exit_code(self) -> int:
        """0 where nothing is worse, 1 where something is violated that was not, 3 where something is no more proven."""
        if not self.worse:
            return 0
        return 1 if any(difference.weight is Verdict.FAIL for difference in self.worse) else 3


class GateResult(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """All that a report may read: ``result`` is equal for equal seeds, the other fields are not.

    ``stories`` tell what happened in each scenario, ``pictures`` what pages looked like. ``share`` is there where this is a
    part of a gate, ``compared`` where a baseline was given. ``digests`` are of all the rest.
    """

    format: str = FORMAT
    result: Judgement
    run: Run
    measured: tuple[Measure, ...] = ()
    excerpts: tuple[Excerpt, ...] = ()
    stories: tuple[Story, ...] = ()
    pictures: tuple[Picture, ...] = ()
    share: Share | None = None
    compared: Comparison | None = None
    digests: Digests = Digests()

    @property
    def exit_code(self) -> int:
        """How the command that made it ends; what a baseline had already shuts nothing, but for what cannot be meant."""
        code = exit_code(self.result, was_interrupted=self.run.was_interrupted, has_fault=self.run.faults > 0)
        if self.compared is None or code in {4, 130}:
            return code
        return self.compared.exit_code or (2 if self.result.complaints or self.result.problem else 0)


def check(settings: Settings) -> None:
    """Refuse what the config says about the gate when it cannot be meant, before anything runs.

    Raises:
        UnknownName: A practice that does not exist.
        ConfigError: Nothing is required, a reading does not exist, a statement stands twice or says nothing, or experiments
            can tell.
    """
    interpretation_trials.check(settings)
    source = settings.source or "the config"
    if not settings.gate.required:
        raise ConfigError(f"{source}: gate.required is empty, so the gate would ask for nothing. Write 'all', or some ids.")
    if settings.gate.required != "all":
        for practice_id in settings.gate.required:
            refuse_unknown_practice(practice_id, f"{source}: [gate] required")
    check_statements(settings, source)


def judge(
    outcomes: Iterable[Outcome],
    *,
    settings: Settings,
    seed: int,
    today: datetime.date,
    is_whole: bool = True,
    met: Iterable[str] = (),
    is_fast: bool = False,
    left_out: tuple[str, ...] = (),
) -> Judgement:
    """Let every practice have its standing, and decide; a run that *is_whole* no more opens nothing.

    Args:
        met: What the app's calls came to, in all scenarios together (see ``flows.met_in``).
        is_fast: Whether each question was asked once, and the scenarios in *left_out* were not run.
    """
    met = frozenset(met)
    every = sorted(outcomes, key=lambda outcome: outcome.scenario)
    ordered = tuple(outcome for outcome in every if not interpretation_trials.is_of_interpretation_run(outcome))
    tried = interpretation_trials.judged(
        filter(interpretation_trials.is_of_interpretation_run, every), usual=ordered, settings=settings
    )
    required = set(all_practices()) if settings.gate.required == "all" else set(settings.gate.required)
    standings = tuple(
        status_of(all_practice, ordered, settings, today, is_required=all_practice.id in required, met=met)
        for all_practice in all_practices().values()
    )
    complaints = tuple(_needless_waivers(standings, settings, today))
    fulfilled = [standing for standing in standings if standing.is_required and _is_met(standing)]
    is_met = len(fulfilled) == len(required) and not any(_is_violated(standing) for standing in standings)
    is_open = is_whole and is_met and not complaints and not any(stays_shut(run) for run in tried)
    return Judgement(
        seed=seed,
        decision=Decision.OPEN if is_open else Decision.SHUT,
        required=len(required),
        required_met=len(fulfilled),
        practices=len(standings),
        statuses=standings,
        scenarios=ordered,
        unlocks=_unlocks(standings, ordered),
        complaints=complaints,
        left_out=left_out,
        interpretation_runs=tried,
        bugs=diagnose(ordered),
        is_fast=is_fast,
        coverage=coverage.coverage(settings.app.facts, _flows_of(ordered), met),
        remarks=tuple(_remarks(ordered, settings, today, is_fast=is_fast, left_out=left_out)),
    )


def report_only(
    outcomes: Iterable[Outcome],
    *,
    settings: Settings,
    seed: int,
    today: datetime.date,
    left_out: tuple[str, ...] = (),
) -> Judgement:
    """Judge some scenarios without asking the gate: only the practices that they bear on have a standing."""
    whole = judge(outcomes, settings=settings, seed=seed, today=today)
    touched = {practice_id for outcome in whole.scenarios for practice_id in outcome.practices}
    standings = tuple(
        msgspec.structs.replace(status, is_required=False) for status in whole.statuses if status.practice in touched
    )
    return Judgement(
        seed=seed,
        decision=Decision.NOT_REQUESTED,
        required=0,
        required_met=0,
        practices=whole.practices,
        statuses=standings,
        scenarios=whole.scenarios,
        unlocks=_unlocks(standings, whole.scenarios),
        left_out=left_out,
        bugs=whole.bugs,
        remarks=tuple(_not_run(whole.scenarios)),
    )


def exit_code(judgement: Judgement, *, was_interrupted: bool = False, has_fault: bool = False) -> int:
    """0 holds, 1 violated or FAIL, 2 a waiver that waives nothing, 3 not proven, 4 a fault of our own, 130 interrupted.

    A required reading that breaks the app counts as a violation, one under which nothing could be told as not proven.
    """
    if has_fault:
        return 4
    if was_interrupted:
        return 130
    if judgement.decision is Decision.NOT_REQUESTED:
        return {Verdict.PASS: 0, Verdict.FAIL: 1, Verdict.INCONCLUSIVE: 3}[judgement.verdict]
    if any(_is_violated(status) for status in judgement.statuses) or any(
        _is_broken(interpretation_run) for interpretation_run in judgement.interpretation_runs
    ):
        return 1
    if judgement.complaints:
        return 2
    return 0 if judgement.decision is Decision.OPEN else 3


def stays_shut(one: InterpretationRun) -> bool:
    """Whether the gate stays shut because of this trial: it is required, and the app does not hold or nobody can tell."""
    return one.is_required and one.result in {TrialResult.BREAKS, TrialResult.UNCLEAR}


def _flows_of(outcomes: Sequence[Outcome]) -> Iterable[str]:
    return (flow for outcome in outcomes for flow in outcome.coverage)


def _remarks(
    outcomes: Sequence[Outcome], settings: Settings, today: datetime.date, *, is_fast: bool, left_out: Sequence[str]
) -> Iterable[str]:
    """What one must know before one believes the decision."""
    yield from _not_run(outcomes)
    if is_fast:
        yield (
            f"A fast gate: it asked each question once, in {len(outcomes)} of {len(outcomes) + len(left_out)} scenarios, "
            "and left the others out."
        )
    yield from statement_remarks(settings, today)


def _not_run(outcomes: Sequence[Outcome]) -> Iterable[str]:
    count = len([outcome for outcome in outcomes if was_not_run(outcome)])
    if count:
        yield f"{count} of {len(outcomes)} scenarios did not run to their end."


def _is_broken(one: InterpretationRun) -> bool:
    return one.is_required and one.result is TrialResult.BREAKS


def _is_violated(one: PracticeStatus) -> bool:
    return one.status is Status.VIOLATED and not one.waiver


def _is_met(one: PracticeStatus) -> bool:
    return one.status in {Status.PROVEN, Status.ATTESTED} or bool(one.waiver)


def _needless_waivers(standings: Sequence[PracticeStatus], settings: Settings, today: datetime.date) -> Iterable[str]:
    proven = {standing.practice for standing in standings if standing.status in {Status.PROVEN, Status.ATTESTED}}
    for waiver in settings.waive:
        if waiver.practice in proven and is_valid_on(waiver, today):
            yield f"[[waive]] {waiver.practice} waives nothing: the practice is proven. Remove the waiver."


def _purpose(hook: str) -> str:
    if hook == ORIGIN_IN_MESSAGE:
        return "tells the app whose message its page was told"
    if hook == SECRET_IN_ENV:
        return "lets the app be started without it"
    if hook == API_URL_IN_ENV:
        return "lets the app call the local Fiskil"
    if hook == CA_FILE_IN_ENV:
        return "lets the app trust the local Fiskil's good certificates"
    if hook.startswith("app.limits"):
        return "what your app promises, in seconds: nobody is held to a default"
    return HOOKS.get(hook, "what only the team knows" if hook.startswith("app.facts") else "")


def _unlocks(standings: Sequence[PracticeStatus], outcomes: Sequence[Outcome]) -> tuple[Unlock, ...]:
    """The missing hooks that would help to prove something, and those that show more of what is proven without them."""
    wanted = {
        hook: {standing.practice for standing in standings if hook in standing.hooks}
        for standing in standings
        for hook in standing.hooks
    }
    for outcome in outcomes:
        if outcome.needs_optional_hooks_only:
            for hook in outcome.missing:
                wanted.setdefault(hook, set()).update(outcome.practices)
    return tuple(
        Unlock(
            hook=hook,
            purpose=_purpose(hook),
            practices=tuple(standing.practice for standing in standings if standing.practice in wanted[hook]),
        )
        for hook in sorted(wanted)
    )
