"""Trying drawn plans on an app, one after another, and cutting the first that fails down to the shortest that still does.

Hypothesis decides what to try. What came of a plan is remembered, so a failure that was seen once counts, though the app may
behave the next time: races are found, and reported with how often they came back.
"""

import contextlib
from collections.abc import Callable
from typing import Protocol

import hypothesis
import msgspec
from hypothesis import HealthCheck, Phase, Verbosity
from hypothesis.errors import Flaky
from hypothesis.strategies import SearchStrategy
from msgspec import Struct

from fiskil_harness.core import signals
from fiskil_harness.core.clock import stopwatch
from fiskil_harness.core.hypothesis_home import files_elsewhere
from fiskil_harness.core.randomness import stream
from fiskil_harness.errors import HarnessError
from fiskil_harness.journal import Journal, PlanKind, PlanRun
from fiskil_harness.journal.entries.plan_pairs import pairs_of, unmet
from fiskil_harness.probes import Finding, Verdict
from fiskil_harness.scenario import steps
from fiskil_harness.scenario.generation.actions import Act, Form
from fiskil_harness.scenario.generation.client_invariants import invariants_of
from fiskil_harness.scenario.generation.handwritten import suspects
from fiskil_harness.scenario.generation.life_plans import LifePlan, possible
from fiskil_harness.scenario.generation.life_strategies import decisive_findings, happened, life_plans, shorter
from fiskil_harness.scenario.generation.simplify import UNDONE, calmer, run_of
from fiskil_harness.scenario.generation.strategies import plans
from fiskil_harness.scenario.scenario import Scenario, dump_plan

SEARCH_CAP_S = 120.0
PLAN_CAP_S = 0.6
"""However many plans are wanted, so long each may take on average, in real seconds."""

SHRINK_CAP_S = 60.0
RACE_CAP_S = 10.0
RACE_ROUNDS = 5
TRIES_OF_A_RACE = 4
FAILURES_OF_A_RACE = 2
DRAWS_PER_PLAN = 6
"""Different draws may come to the same plan, which is not run again."""

LIVES_AT_ONCE = 2
"""What was laid out so far tells which pairs are wanted next, so few lives are drawn before it is asked again."""

DRAWS_AT_ONCE = 8
"""After ten draws Hypothesis mostly varies what it drew before, so it begins anew before that: of forty plans that resemble
one another, few find what forty strangers find."""

MANY = 40
"""Of more plans than these only some restart the app."""

SLOWER = 3
"""An app that tells its state alone is asked before and after every forgery: so many times fewer plans are enough."""

TROUBLES_BORNE = 3
RACY = (steps.Burst, steps.KillDuringDelivery, steps.LoseAcknowledgement, steps.Restart)
"""Steps after which the outcome may depend on who comes first."""


class Judged(Protocol):
    """What came of one plan; a driver's ``Outcome`` is one."""

    @property
    def findings(self) -> tuple[Finding, ...]:
        """The answers of the plan's probes, and what kept it from its end."""


class PlanResult(Struct, frozen=True, kw_only=True):
    """What came of one plan, and what was observed meanwhile."""

    findings: tuple[Finding, ...]
    journal: Journal


class Exploration(Struct, frozen=True, kw_only=True):
    """What came of all plans: ``runs`` are the drawn ones in their order, ``failing`` is the shortest that failed, if any.

    The last run then stands for that one. ``executed`` counts every execution, those of shrinking included.
    """

    runs: tuple[PlanRun, ...]
    failing: Scenario | None = None
    executed: int = 0


def explore(
    run: Callable[[Scenario], Judged],
    *,
    kind: PlanKind,
    seed: int,
    wanted: int,
    can_restart: bool = False,
    can_fail: bool = False,
    folds: bool = False,
    hooks: frozenset[str] = frozenset(),
    search_cap_s: float = SEARCH_CAP_S,
    shrink_cap_s: float = SHRINK_CAP_S,
) -> Exploration:
    """Try *wanted* different plans of *kind*; shrink the first that fails, and see how often it comes back.

    Args:
        run: Performs one plan and judges it, with new ids in each execution.
        seed: The same seed draws the same plans.
        can_fail: Whether the app fails on demand.
        folds: Whether the config tells what events come to.
        hooks: Those that the config gives; lives are made of what they allow.
        search_cap_s: After so many real seconds, or more where many plans are wanted, none is drawn any more.
        shrink_cap_s: After so many real seconds no shorter plan is tried any more.
    """
    caps_s = max(search_cap_s, wanted * PLAN_CAP_S), shrink_cap_s
    search = _Search(run, seed=seed, wanted=wanted, caps_s=caps_s)
    with contextlib.suppress(_Enough):
        if kind == "lives":
            search.through_lives(hooks)
            return search.conclusion()
        has_counts = kind == "order" or search.finds_counts(Form(kind="deliveries"))
        if kind in {"forgeries", "everything"} and not has_counts:
            search.wanted = -(-wanted // SLOWER)
        can_fail &= has_counts  # whoever must be waited for is not made to wait longer
        form = Form(kind=kind, can_restart=can_restart, can_fail=can_fail, folds=folds, has_counts=has_counts)
        search.through(msgspec.structs.replace(form, is_seldom=wanted > MANY))
    return search.conclusion()


class _PlanFails(Exception):
    """What Hypothesis sees of a plan that fails."""


class _Enough(BaseException):
    """Ends the search at once; Hypothesis lets it pass as it lets Ctrl-C pass."""


class _Search:
    """What is known so far, by plan."""

    def __init__(self, run: Callable[[Scenario], Judged], *, seed: int, wanted: int, caps_s: tuple[float, float]) -> None:
        self._run = run
        self._seed = seed
        self.wanted = wanted
        self._search_cap_s, self._shrink_cap_s = caps_s
        self._known: dict[bytes, PlanRun] = {}
        self._runs: list[PlanRun] = []
        self._failing: Scenario | None = None
        self._heed: Callable[[], None] = lambda: None
        self._lives: dict[bytes, LifePlan] = {}
        self._met: list[tuple[str, ...]] = []
        self._executed = 0
        self._searching = stopwatch()
        self._shrinking: Callable[[], float] | None = None

    def through(self, form: Form) -> None:
        """Let Hypothesis draw plans of one form and try them, until there are enough or one fails."""
        seeds = stream(self._seed, "plans")
        for _ in range(-(-self.wanted * DRAWS_PER_PLAN // DRAWS_AT_ONCE)):
            self._some(plans(form), seeds.randrange(2**32), question=lambda plan: self._question(form, plan))
            if self._failing is not None:
                return

    def through_lives(self, hooks: frozenset[str]) -> None:
        """Let it draw whole lives, of what has not met yet before all."""
        seeds = stream(self._seed, "lives")
        verbs = possible(hooks)
        pairs, names = pairs_of(verbs), [verb.name for verb in verbs]
        wanted = pairs
        for _ in range(-(-self.wanted * DRAWS_PER_PLAN // LIVES_AT_ONCE)):
            wanted = unmet(wanted, self._met) or pairs
            self._met.clear()
            # Small numbers are drawn more often than others, and must not mean the same each time.
            words, turn = seeds.sample(names, len(names)), seeds.sample(wanted, len(wanted))
            drawn = life_plans(hooks, words, turn).map(self._laid_out)
            self._some(drawn, seeds.randrange(2**32), question=self._shorten, most=LIVES_AT_ONCE)

    def _laid_out(self, life: LifePlan) -> Scenario:
        plan = life.plan()
        if self._lives.setdefault(_key(plan), life) is life:
            self._met.append(life.verbs())
        return plan

    def _some(
        self,
        drawn: SearchStrategy[Scenario],
        seed: int,
        *,
        question: Callable[[Scenario], None],
        most: int = DRAWS_AT_ONCE,
    ) -> None:
        """Try a few plans; the first that fails is put to the *question* first."""

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
        def every_plan_holds(plan: Scenario) -> None:
            if self._fails(plan):
                self._failing = plan
                if self._shrinking is None:
                    self._shrinking = stopwatch()
                    question(plan)
                raise _PlanFails

        with files_elsewhere(), signals.remembered() as heed, contextlib.suppress(_PlanFails, Flaky):
            self._heed = heed
            every_plan_holds()

    def finds_counts(self, form: Form) -> bool:
        """Whether the app tells how often it applied a message; one event, delivered once, shows it."""
        return self._tried(form.plan(form.least, [Act("hand_over")])).hook == ""

    def _question(self, form: Form, failing: Scenario) -> None:
        """Look for the failure among plans that one would write by hand; where one fails, there is nothing to shrink."""
        for plan in suspects(form, failing):
            if self._fails(plan):
                self._failing = plan
                raise _Enough

    def _shorten(self, failing: Scenario) -> None:
        """Cut a life down while it fails, deed by deed; nothing is left to shrink then."""
        life = self._lives[_key(failing)]
        is_shorter = True
        while is_shorter:
            is_shorter = False
            for life_plan in shorter(life):
                plan = self._laid_out(life_plan)
                if plan != self._failing and self._fails(plan):
                    self._failing, life, is_shorter = plan, life_plan, True
                    break
        raise _Enough

    def conclusion(self) -> Exploration:
        """Everything that was drawn, and what is known about the shortest failing plan."""
        runs = self._runs
        if self._failing is not None:
            with contextlib.suppress(_Enough):
                self._calm_down()
            shortest = self._known[_key(self._failing)]
            rounds, came_back = self._rounds(self._failing) if _is_racy(self._failing) else (0, 0)
            text = dump_plan(self._failing, seed=self._seed)
            runs[-1] = msgspec.structs.replace(shortest, number=len(runs), plan=text, rounds=rounds, rounds_failed=came_back)
        return Exploration(runs=tuple(runs), failing=self._failing, executed=self._executed)

    def _calm_down(self) -> None:
        """Prefer a form without races that fails as well."""
        if self._failing is None or _key(self._failing) in self._lives:
            return
        for form in calmer(self._failing):
            key = _key(form)
            if key not in self._known:
                self._known[key] = self._tried_hard(form)
            if self._known[key].verdict == Verdict.FAIL:
                self._failing = form
                return

    def _fails(self, plan: Scenario) -> bool:
        key = _key(plan)
        if key not in self._known:
            if self._shrinking is None:
                self._stop_searching()
                self._known[key] = self._tried(plan)
                self._note(self._known[key])
            elif self._shrinking() <= self._shrink_cap_s:
                self._known[key] = self._tried_hard(plan)
            else:
                return False
        return self._known[key].verdict == Verdict.FAIL

    def _stop_searching(self) -> None:
        """End the search when every wanted plan was run, or when time is up."""
        if len(self._runs) >= self.wanted or self._searching() > self._search_cap_s:
            raise _Enough

    def _note(self, tried: PlanRun) -> None:
        self._runs.append(msgspec.structs.replace(tried, number=len(self._runs) + 1))
        if sum(run.probe in UNDONE for run in self._runs) >= TROUBLES_BORNE:
            raise _Enough

    def _tried_hard(self, plan: Scenario) -> PlanRun:
        """A shorter plan with a race in it must fail twice in a few tries, so that what is left can be seen again."""
        tried = self._tried(plan)
        if not _is_racy(plan):
            return tried
        failed = [tried] if tried.verdict == Verdict.FAIL else []
        for number in range(1, TRIES_OF_A_RACE):
            if len(failed) + TRIES_OF_A_RACE - number < FAILURES_OF_A_RACE:
                break
            tried = self._tried(plan)
            failed += [tried] if tried.verdict == Verdict.FAIL else []
            if len(failed) == FAILURES_OF_A_RACE:
                return failed[0]
        return msgspec.structs.replace(tried, verdict=Verdict.INCONCLUSIVE)

    def _rounds(self, plan: Scenario) -> tuple[int, int]:
        elapsed = stopwatch()
        verdicts: list[str] = []
        with contextlib.suppress(_Enough):
            while len(verdicts) < RACE_ROUNDS and elapsed() < RACE_CAP_S:
                verdicts.append(self._tried(plan).verdict)
        return len(verdicts), verdicts.count(Verdict.FAIL)

    def _tried(self, plan: Scenario) -> PlanRun:
        self._heed()
        self._executed += 1
        try:
            tried = self._run(plan)
        except HarnessError as error:
            # The app does not come up again: whatever was drawn next would find the same.
            reason = str(error).partition("\n")[0]
            if self._shrinking is None:
                self._note(run_of(plan, Finding(probe=UNDONE[0], verdict=Verdict.INCONCLUSIVE, observed=reason)))
            raise _Enough from error
        life = self._lives.get(_key(plan))
        if life is None:
            return run_of(plan, *tried.findings)
        journal = tried.journal if isinstance(tried, PlanResult) else Journal()
        found = run_of(plan, *decisive_findings(tried.findings), promises=invariants_of(journal))
        met = happened(life, journal, tried.findings)
        return msgspec.structs.replace(found, happened=met, possible=possible(life.hooks))


def _is_racy(plan: Scenario) -> bool:
    return any(isinstance(step, RACY) for step in plan.steps)


def _key(plan: Scenario) -> bytes:
    return msgspec.json.encode(plan)
