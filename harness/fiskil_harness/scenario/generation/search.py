"""The search for a failing plan: run generated plans on an app one after another, and shrink the first one that fails.

Hypothesis decides which plans to run. The result of each plan is remembered, so a failure counts even if the app passes
the next time. The search therefore finds races, and reports how often a plan with a race failed again.
"""

import contextlib
from collections.abc import Callable

import hypothesis
import msgspec
from hypothesis import HealthCheck, Phase, Verbosity
from hypothesis.errors import Flaky
from hypothesis.strategies import SearchStrategy
from msgspec import Struct

from fiskil_harness.core import signals
from fiskil_harness.core.clock import stopwatch
from fiskil_harness.core.hypothesis_home import isolated
from fiskil_harness.core.randomness import stream
from fiskil_harness.errors import HarnessError
from fiskil_harness.journal import Journal, PlanKind, PlanRun
from fiskil_harness.journal.entries.plan_pairs import pairs_of, uncovered_pairs
from fiskil_harness.probes import Finding, Verdict
from fiskil_harness.scenario.generation.actions import Act, Form
from fiskil_harness.scenario.generation.handwritten import short_plans
from fiskil_harness.scenario.generation.invariants import client_invariants
from fiskil_harness.scenario.generation.life_plans import LifePlan, possible
from fiskil_harness.scenario.generation.life_strategies import decisive_findings, happened, life_plans, shorter
from fiskil_harness.scenario.generation.simplify import INCOMPLETE, run_of, with_fewer_races
from fiskil_harness.scenario.generation.strategies import plans
from fiskil_harness.scenario.scenario import Scenario, dump_plan

SEARCH_CAP_S = 120.0
PLAN_CAP_S = 0.6
"""Real seconds for each requested plan, by which the time limit of the search grows if many plans are requested."""

SHRINK_CAP_S = 60.0
RACE_CAP_S = 10.0
RACE_ROUNDS = 5
TRIES_OF_A_RACE = 4
FAILURES_OF_A_RACE = 2
DRAWS_PER_PLAN = 6
"""The most draws for each requested plan: several draws may result in the same plan, which runs only once."""

LIVES_AT_ONCE = 2
"""Life plans drawn at once; few, because the pairs of verbs to draw next depend on the plans so far."""

DRAWS_AT_ONCE = 8
"""Plans drawn in one run of Hypothesis. After ten draws Hypothesis mostly varies earlier plans, so a new run starts before
that: forty similar plans find fewer failures than forty different plans."""

MANY = 40
"""If more plans than this are requested, only a few of them restart the app."""

SLOWER = 3
"""Divisor of the number of plans for an app that reports only its state: reading it around each forgery takes time."""

MOST_INCOMPLETE = 3


class PlanResult(Struct, frozen=True, kw_only=True):
    """The findings and the journal of one plan."""

    findings: tuple[Finding, ...]
    journal: Journal


class Exploration(Struct, frozen=True, kw_only=True):
    """The result of a search.

    ``runs`` are the results of the generated plans in their order. ``failing`` is the shortest plan that failed, if any; in
    that case the last of ``runs`` is its result.
    """

    runs: tuple[PlanRun, ...]
    failing: Scenario | None = None


def explore(
    run: Callable[[Scenario], PlanResult],
    *,
    kind: PlanKind,
    seed: int,
    wanted: int,
    can_restart: bool = False,
    can_fail: bool = False,
    folds: bool = False,
    has_unlawful: bool = True,
    hooks: frozenset[str] = frozenset(),
    search_cap_s: float = SEARCH_CAP_S,
    shrink_cap_s: float = SHRINK_CAP_S,
) -> Exploration:
    """Run *wanted* different plans of one *kind*; shrink the first failing plan, and count how often it fails again.

    Args:
        run: A function that runs one plan, with new ids in each execution, and returns the result.
        kind: The kind of plans; "life_plans" generates everything that happens to one end user.
        seed: The same seed draws the same plans.
        wanted: The number of plans.
        can_restart: True if the app can be restarted.
        can_fail: True if the app can fail on request.
        folds: True if the config has a reducer: a function that computes the final state from the events.
        has_unlawful: True if signed messages may have content that Fiskil must not send.
        hooks: The hooks in the config, which decide the verbs of life plans.
        search_cap_s: Real seconds after which no more plans are drawn; it is extended if many plans are requested.
        shrink_cap_s: Real seconds of shrinking, after which no more shorter plans are tried.
    """
    caps_s = max(search_cap_s, wanted * PLAN_CAP_S), shrink_cap_s
    search = _Search(run, seed=seed, wanted=wanted, caps_s=caps_s)
    with contextlib.suppress(_EndSearch):
        if kind == "life_plans":
            search.run_life_plans(hooks)
            return search.conclusion()
        has_counts = kind == "order" or search.finds_counts(Form(kind="deliveries"))
        if kind in {"forgeries", "everything"} and not has_counts:
            search.wanted = -(-wanted // SLOWER)
        can_fail &= has_counts  # without counts every wait is long already
        form = Form(
            kind=kind,
            can_restart=can_restart,
            can_fail=can_fail,
            folds=folds,
            has_counts=has_counts,
            has_unlawful=has_unlawful,
        )
        search.run_plans(msgspec.structs.replace(form, is_seldom=wanted > MANY))
    return search.conclusion()


class _PlanFailed(Exception):
    """Signals a failing plan to Hypothesis."""


class _EndSearch(BaseException):
    """Ends the search at once. Hypothesis does not catch it, because it is a BaseException like KeyboardInterrupt."""


class _Search:
    """The state of one search: the results so far, by plan."""

    def __init__(
        self, run: Callable[[Scenario], PlanResult], *, seed: int, wanted: int, caps_s: tuple[float, float]
    ) -> None:
        self._run = run
        self._seed = seed
        self.wanted = wanted
        self._search_cap_s, self._shrink_cap_s = caps_s
        self._results: dict[bytes, PlanRun] = {}
        self._runs: list[PlanRun] = []
        self._failing: Scenario | None = None
        self._raise_pending_signal: Callable[[], None] = lambda: None
        self._lives: dict[bytes, LifePlan] = {}
        self._verb_lists: list[tuple[str, ...]] = []
        self._searching = stopwatch()
        self._shrinking: Callable[[], float] | None = None

    def run_plans(self, form: Form) -> None:
        """Draw plans with the settings of *form* and run them, until the requested number has run or a plan fails."""
        seeds = stream(self._seed, "plans")
        for _ in range(-(-self.wanted * DRAWS_PER_PLAN // DRAWS_AT_ONCE)):
            self._try_some(plans(form), seeds.randrange(2**32), on_failure=lambda plan: self._try_short_plans(form, plan))
            if self._failing is not None:
                return

    def run_life_plans(self, hooks: frozenset[str]) -> None:
        """Draw and run life plans for an app with *hooks*; pairs of verbs that no plan has combined yet come first."""
        seeds = stream(self._seed, "life_plans")
        verbs = possible(hooks)
        pairs, names = pairs_of(verbs), [verb.name for verb in verbs]
        open_pairs = pairs
        for _ in range(-(-self.wanted * DRAWS_PER_PLAN // LIVES_AT_ONCE)):
            open_pairs = uncovered_pairs(open_pairs, self._verb_lists) or pairs
            self._verb_lists.clear()
            # Hypothesis draws small numbers more often, so the order changes each time.
            shuffled_names, shuffled_pairs = seeds.sample(names, len(names)), seeds.sample(open_pairs, len(open_pairs))
            drawn = life_plans(hooks, shuffled_names, shuffled_pairs).map(self._plan_of)
            self._try_some(drawn, seeds.randrange(2**32), on_failure=self._shorten_life, most=LIVES_AT_ONCE)

    def _plan_of(self, life: LifePlan) -> Scenario:
        plan = life.plan()
        if self._lives.setdefault(_key(plan), life) is life:
            self._verb_lists.append(life.verbs())
        return plan

    def _try_some(
        self,
        drawn: SearchStrategy[Scenario],
        seed: int,
        *,
        on_failure: Callable[[Scenario], None],
        most: int = DRAWS_AT_ONCE,
    ) -> None:
        """Run a few plans; before Hypothesis shrinks the first failing plan, call *on_failure* with that plan."""

        @hypothesis.seed(seed)
        @hypothesis.settings(
            backend="hypothesis",
            database=None,
            deadline=None,
            derandomize=False,
            max_examples=most,
            phases=(Phase.generate, Phase.shrink),
            print_blob=False,
            report_multiple_bugs=False,
            suppress_health_check=tuple(HealthCheck),
            verbosity=Verbosity.quiet,
        )
        @hypothesis.given(drawn)
        def run_plan(plan: Scenario) -> None:
            if self._fails(plan):
                self._failing = plan
                if self._shrinking is None:
                    self._shrinking = stopwatch()
                    on_failure(plan)
                raise _PlanFailed

        with isolated(), signals.remembered() as raise_pending, contextlib.suppress(_PlanFailed, Flaky):
            self._raise_pending_signal = raise_pending
            run_plan()

    def finds_counts(self, form: Form) -> bool:
        """Return true if the app reports how often it applied a message; run a plan with one delivery to find out."""
        return self._run_once(form.plan(form.least, [Act("hand_over")])).hook == ""

    def _try_short_plans(self, form: Form, failing: Scenario) -> None:
        """Try short handwritten plans with the same kinds of steps as *failing*; if one fails, end the search with it."""
        for plan in short_plans(form, failing):
            if self._fails(plan):
                self._failing = plan
                raise _EndSearch

    def _shorten_life(self, failing: Scenario) -> None:
        """Remove actions from the life plan *failing* as long as the rest still fails, then end the search."""
        life = self._lives[_key(failing)]
        is_shorter = True
        while is_shorter:
            is_shorter = False
            for candidate in shorter(life):
                plan = self._plan_of(candidate)
                if plan != self._failing and self._fails(plan):
                    self._failing, life, is_shorter = plan, candidate, True
                    break
        raise _EndSearch

    def conclusion(self) -> Exploration:
        """Return the results of all generated plans, and of the shortest failing plan."""
        runs = self._runs
        if self._failing is not None:
            with contextlib.suppress(_EndSearch):
                self._prefer_fewer_races()
            shortest = self._results[_key(self._failing)]
            rounds, failed = self._repeat(self._failing) if _is_racy(self._failing) else (0, 0)
            text = dump_plan(self._failing, seed=self._seed)
            runs[-1] = msgspec.structs.replace(shortest, number=len(runs), plan=text, rounds=rounds, rounds_failed=failed)
        return Exploration(runs=tuple(runs), failing=self._failing)

    def _prefer_fewer_races(self) -> None:
        """Replace the failing plan by a plan with fewer races (steps that depend on timing) if that plan fails as well."""
        if self._failing is None or _key(self._failing) in self._lives:
            return
        for plan in with_fewer_races(self._failing):
            key = _key(plan)
            if key not in self._results:
                self._results[key] = self._run_several_times(plan)
            if self._results[key].verdict is Verdict.FAIL:
                self._failing = plan
                return

    def _fails(self, plan: Scenario) -> bool:
        key = _key(plan)
        if key not in self._results:
            if self._shrinking is None:
                if len(self._runs) >= self.wanted or self._searching() > self._search_cap_s:
                    raise _EndSearch
                self._results[key] = self._run_once(plan)
                self._record(self._results[key])
            elif self._shrinking() <= self._shrink_cap_s:
                self._results[key] = self._run_several_times(plan)
            else:
                return False
        return self._results[key].verdict is Verdict.FAIL

    def _record(self, run: PlanRun) -> None:
        self._runs.append(msgspec.structs.replace(run, number=len(self._runs) + 1))
        if sum(run.probe in INCOMPLETE for run in self._runs) >= MOST_INCOMPLETE:
            raise _EndSearch

    def _run_several_times(self, plan: Scenario) -> PlanRun:
        """Run a shorter plan. If it has a race, it counts as failing only if it fails twice in four runs (reproducible)."""
        run = self._run_once(plan)
        if not _is_racy(plan):
            return run
        failed = [run] if run.verdict is Verdict.FAIL else []
        for number in range(1, TRIES_OF_A_RACE):
            if len(failed) + TRIES_OF_A_RACE - number < FAILURES_OF_A_RACE:
                break
            run = self._run_once(plan)
            failed += [run] if run.verdict is Verdict.FAIL else []
            if len(failed) == FAILURES_OF_A_RACE:
                return failed[0]
        return msgspec.structs.replace(run, verdict=Verdict.INCONCLUSIVE)

    def _repeat(self, plan: Scenario) -> tuple[int, int]:
        elapsed = stopwatch()
        verdicts: list[Verdict] = []
        with contextlib.suppress(_EndSearch):
            while len(verdicts) < RACE_ROUNDS and elapsed() < RACE_CAP_S:
                verdicts.append(self._run_once(plan).verdict)
        return len(verdicts), verdicts.count(Verdict.FAIL)

    def _run_once(self, plan: Scenario) -> PlanRun:
        self._raise_pending_signal()
        try:
            result = self._run(plan)
        except HarnessError as error:
            # The app does not start again, so every later plan would end in the same way.
            reason = str(error).partition("\n")[0]
            if self._shrinking is None:
                self._record(run_of(plan, Finding(probe=INCOMPLETE[0], verdict=Verdict.INCONCLUSIVE, observed=reason)))
            raise _EndSearch from error
        life = self._lives.get(_key(plan))
        if life is None:
            return run_of(plan, *result.findings)
        run = run_of(plan, *decisive_findings(result.findings), invariants=client_invariants(result.journal))
        verbs = happened(life, result.journal, result.findings)
        return msgspec.structs.replace(run, happened=verbs, possible=possible(life.hooks))


def _is_racy(plan: Scenario) -> bool:
    return any(step.is_racy for step in plan.steps)


def _key(plan: Scenario) -> bytes:
    return msgspec.json.encode(plan)
