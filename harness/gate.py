"""From standings to one decision: the gate opens or stays shut.

Nothing here reads a clock: the date is given, so the same outcomes make the same judgement.
"""

import datetime
import enum
from collections.abc import Iterable, Sequence

import msgspec
from msgspec import Struct

from harness import trials
from harness.app.hooks import HOOKS, ORIGIN_TOLD, SECRET_TOLD
from harness.diagnosis import Diagnosis, diagnose
from harness.driver import Outcome
from harness.errors import ConfigError
from harness.exhibits import Exhibit
from harness.journal import API_TOLD, CA_TOLD
from harness.practices import all_practices, practice
from harness.probes import Verdict, heaviest
from harness.settings import Settings
from harness.standings import PracticeStanding, Standing, check_statement, holds_today, stand
from harness.trials import Hold, Trial
from harness.worker import Measure

FORMAT = "fiskil-harness/report/1"


class Decision(enum.StrEnum):
    """What the gate says; it is not asked where only some scenarios ran."""

    OPEN = "open"
    SHUT = "shut"
    NOT_ASKED = "not asked"


class Unlock(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A hook or fact that the config does not give, and the practices that it would help to prove."""

    hook: str
    purpose: str
    practices: tuple[str, ...]


class Judgement(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Everything that two runs with one seed have in common.

    ``complaints`` are faults of the config that only the outcomes can show, such as a waiver for something that passes.
    ``left_out`` names scenarios that were not run because the command at hand cannot give what they need. ``trials`` are the
    other readings that the app was tried under. ``bugs`` are the known ones of webhook receivers, where
    anything was run that can see one.
    """

    seed: int
    decision: Decision
    required: int
    required_met: int
    practices: int
    standings: tuple[PracticeStanding, ...]
    scenarios: tuple[Outcome, ...]
    unlocks: tuple[Unlock, ...] = ()
    complaints: tuple[str, ...] = ()
    left_out: tuple[str, ...] = ()
    trials: tuple[Trial, ...] = ()
    bugs: tuple[Diagnosis, ...] = ()

    @property
    def verdict(self) -> Verdict:
        """The heaviest verdict of all scenarios; those about other apps count only where there are no others."""
        own = [outcome for outcome in self.scenarios if not outcome.is_about_others]
        return heaviest([outcome.verdict for outcome in own or self.scenarios])

    def having(self, standing: Standing) -> list[PracticeStanding]:
        """Every practice with that standing, in the order of Fiskil's page."""
        return [one for one in self.standings if one.standing is standing]


class Run(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """When, where and how it ran. ``again`` is the command that runs it all again, ``again_one`` the one for a scenario.

    ``paths`` are the files that scenarios came from, by the scenario's name: such a one is run by its path. ``plans`` are
    saved plans, and ``replay_with`` are the options with which `replay` meets the same app again.
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
    again_one: str
    paths: dict[str, str] = {}
    was_interrupted: bool = False
    faults: int = 0
    plans: tuple[str, ...] = ()
    replay_with: str = ""


class GateResult(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """All that a report may read: ``result`` is equal for equal seeds; ``run``, ``measured`` and ``exhibits`` are not."""

    format: str = FORMAT
    result: Judgement
    run: Run
    measured: tuple[Measure, ...] = ()
    exhibits: tuple[Exhibit, ...] = ()

    @property
    def exit_code(self) -> int:
        """How the command that made it ends."""
        return exit_code(self.result, was_interrupted=self.run.was_interrupted, has_fault=self.run.faults > 0)


def check(settings: Settings) -> None:
    """Refuse what the config says about the gate when it cannot be meant, before anything runs.

    Raises:
        UnknownName: A practice that does not exist.
        ConfigError: Nothing is required, a reading does not exist, a statement stands twice or says nothing, or experiments
            can tell.
    """
    trials.check(settings)
    source = settings.source or "the config"
    if not settings.gate.required:
        raise ConfigError(f"{source}: gate.required is empty, so the gate would ask for nothing. Write 'all', or some ids.")
    if settings.gate.required != "all":
        for practice_id in settings.gate.required:
            practice(practice_id)
    for kind, statements in (("attest", settings.attest), ("waive", settings.waive)):
        seen: set[str] = set()
        for one in statements:
            check_statement(one, kind, source, settings=settings)
            if one.practice in seen:
                raise ConfigError(f"{source}: [[{kind}]] names {one.practice} twice. Keep one.")
            seen.add(one.practice)


def judge(
    outcomes: Iterable[Outcome], *, settings: Settings, seed: int, today: datetime.date, is_whole: bool = True
) -> Judgement:
    """Let every practice have its standing, and decide; a run that *is_whole* no more opens nothing."""
    every = sorted(outcomes, key=lambda one: one.scenario)
    ordered = tuple(one for one in every if not trials.is_of_trial(one))
    tried = trials.judged(filter(trials.is_of_trial, every), usual=ordered, settings=settings)
    required = set(all_practices()) if settings.gate.required == "all" else set(settings.gate.required)
    standings = tuple(stand(one, ordered, settings, today, one.id in required) for one in all_practices().values())
    complaints = tuple(_needless_waivers(standings, settings, today))
    met = [one for one in standings if one.is_required and _is_met(one)]
    is_met = len(met) == len(required) and not any(_is_violated(one) for one in standings)
    is_open = is_whole and is_met and not complaints and not any(stays_shut(one) for one in tried)
    return Judgement(
        seed=seed,
        decision=Decision.OPEN if is_open else Decision.SHUT,
        required=len(required),
        required_met=len(met),
        practices=len(standings),
        standings=standings,
        scenarios=ordered,
        unlocks=_unlocks(standings, ordered),
        complaints=complaints,
        trials=tried,
        bugs=diagnose(ordered),
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
    standings = tuple(msgspec.structs.replace(one, is_required=False) for one in whole.standings if one.practice in touched)
    return Judgement(
        seed=seed,
        decision=Decision.NOT_ASKED,
        required=0,
        required_met=0,
        practices=whole.practices,
        standings=standings,
        scenarios=whole.scenarios,
        unlocks=_unlocks(standings, whole.scenarios),
        left_out=left_out,
        bugs=whole.bugs,
    )


def exit_code(judgement: Judgement, *, was_interrupted: bool = False, has_fault: bool = False) -> int:
    """0 holds, 1 violated or FAIL, 2 a waiver that waives nothing, 3 not proven, 4 a fault of our own, 130 interrupted.

    A required reading that breaks the app counts as a violation, one under which nothing could be told as not proven.
    """
    if has_fault:
        return 4
    if was_interrupted:
        return 130
    if judgement.decision is Decision.NOT_ASKED:
        return {Verdict.PASS: 0, Verdict.FAIL: 1, Verdict.INCONCLUSIVE: 3}[judgement.verdict]
    if any(_is_violated(one) for one in judgement.standings) or any(_is_broken(one) for one in judgement.trials):
        return 1
    if judgement.complaints:
        return 2
    return 0 if judgement.decision is Decision.OPEN else 3


def stays_shut(one: Trial) -> bool:
    """Whether the gate stays shut because of this trial: it is required, and the app does not hold or nobody can tell."""
    return one.is_required and one.hold in {Hold.BREAKS, Hold.UNCLEAR}


def _is_broken(one: Trial) -> bool:
    return one.is_required and one.hold is Hold.BREAKS


def _is_violated(one: PracticeStanding) -> bool:
    return one.standing is Standing.VIOLATED and not one.waiver


def _is_met(one: PracticeStanding) -> bool:
    return one.standing in {Standing.PROVEN, Standing.ATTESTED} or bool(one.waiver)


def _needless_waivers(standings: Sequence[PracticeStanding], settings: Settings, today: datetime.date) -> Iterable[str]:
    proven = {one.practice for one in standings if one.standing in {Standing.PROVEN, Standing.ATTESTED}}
    for waiver in settings.waive:
        if waiver.practice in proven and holds_today(waiver, today):
            yield f"[[waive]] {waiver.practice} waives nothing: the practice is proven. Remove the waiver."


def _purpose(hook: str) -> str:
    if hook == ORIGIN_TOLD:
        return "tells the app whose message its page was told"
    if hook == SECRET_TOLD:
        return "lets the app be started without it"
    if hook == API_TOLD:
        return "lets the app call the local Fiskil"
    if hook == CA_TOLD:
        return "lets the app trust the local Fiskil's good certificates"
    return HOOKS.get(hook, "what only the team knows" if hook.startswith("app.facts") else "")


def _unlocks(standings: Sequence[PracticeStanding], outcomes: Sequence[Outcome]) -> tuple[Unlock, ...]:
    """The missing hooks that would help to prove something, and those that show more of what is proven without them."""
    wanted = {hook: {one.practice for one in standings if hook in one.hooks} for one in standings for hook in one.hooks}
    for outcome in outcomes:
        if outcome.is_about_others:
            for hook in outcome.missing:
                wanted.setdefault(hook, set()).update(outcome.practices)
    return tuple(
        Unlock(
            hook=hook,
            purpose=_purpose(hook),
            practices=tuple(one.practice for one in standings if one.practice in wanted[hook]),
        )
        for hook in sorted(wanted)
    )
