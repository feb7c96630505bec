"""Every probe against every app of the gallery.

The short matrix runs quick scenarios only. Of several apps that the same probes catch violating the same practices it has
only the first, and of the correct apps every third. ``make test-all`` runs all apps with all quick scenarios; half of the
flawed apps also run the costly scenarios, and the other half the generated plans.
"""

from collections.abc import Callable

import pytest

from fiskil_harness.gate.judgement import Judgement, exit_code
from fiskil_harness.gate.selftest import gallery
from fiskil_harness.gate.selftest.assignment import applicable, is_costly
from fiskil_harness.gate.selftest.assignment import quick as quick_scenarios
from fiskil_harness.gate.selftest.matrix import (
    failures,
    false_alarms,
    inconclusive_findings,
    missed,
    scenarios_for,
    wrongly_trusted,
)
from fiskil_harness.probes import Verdict, name_of
from fiskil_harness.scenario.scenario import load_all
from fiskil_harness.scenario.selection import is_generated
from tests.gate.selftest.expectations import exit_codes

pytestmark = [pytest.mark.slow, pytest.mark.timeout(900)]

FLAWED = [entry.name for entry in gallery.apps().values() if entry.violates]
VACUOUS = [entry.name for entry in gallery.apps().values() if entry.collection == "flawed" and not entry.violates]
CORRECT = [entry.name for entry in gallery.apps().values() if entry.collection == "correct"]
VARIANTS = {
    entry.name
    for entry in gallery.apps().values()
    if entry.collection == "correct" and entry.base in {"reference_app", "embedded_app"} and (entry.others or 0) <= 2
}
"""Correct clients that differ from another one in a detail."""
STACKS = {entry.name for entry in gallery.apps().values() if entry.framework in {"django", "express", "fastapi"}}
"""Correct clients of several processes, which take a while to start."""
ENDLESS = {
    "dead_connections_are_final",
    "deadline_per_read",
    "embedded_handshake_unbounded",
    "redirects_without_error_message",
    "stdlib_one_client_at_a_time",
    "stdlib_total_body_time_unbounded",
    "embedded_idle_timeout_only",
    "embedded_cursor_loop_followed",
    "foreign_link_followed",
    "retries_while_user_waits",
    "equal_rows_merged",
    "waiting_page_without_end",
}
"""Apps that wait without a limit, which takes long to catch."""

WITHOUT_PENDING = ["leased_jobs_without_pending", "polling_worker_without_pending"]
"""Apps that report no ``pending``. The harness must wait for a fixed time each time, so their scenarios take minutes."""

SEEDS = (1, 2, 3)
"""Each app runs with one of these seeds."""

SEED_OF = {name: SEEDS[number % len(SEEDS)] for number, name in enumerate([*FLAWED, *VACUOUS, *CORRECT])}
HALVES = [*FLAWED, *VACUOUS][0::2], [*FLAWED, *VACUOUS][1::2]
"""One half of the flawed apps runs costly scenarios, the other generated plans; both for all apps would take hours."""

JudgementOf = Callable[..., Judgement]
JudgeInParallel = Callable[..., list[Judgement]]


def quick(names: list[str]) -> list[object]:
    """Return *names* as parameters; endless and redundant apps run only in ``make test-all``."""
    later = ENDLESS | redundant(names)
    return [pytest.param(name, marks=pytest.mark.full) if name in later else name for name in names]


def quick_correct(names: list[str]) -> list[object]:
    """Return *names* as parameters; variants, and two of three other apps, run only in ``make test-all``."""
    later = {name for name in names if name in VARIANTS | STACKS}
    others = [name for name in names if name not in later]
    later |= {*others[1::3], *others[2::3]}
    return [pytest.param(name, marks=pytest.mark.full) if name in later else name for name in names]


def redundant(names: list[str]) -> set[str]:
    """Return the apps whose failing probes and violated practices are all covered by earlier apps."""
    covered: set[str] = set()
    later = set()
    for entry in (gallery.app(name) for name in names if name not in ENDLESS):
        caught = {*entry.probes, *entry.violates}
        if caught <= covered:
            later.add(entry.name)
        covered |= caught
    return later


@pytest.mark.long
@pytest.mark.parametrize("name", quick(FLAWED))
def test_a_flaw_is_caught_without_a_false_alarm(name: str, judgement_of: JudgementOf) -> None:
    """The app violates the practices of its entry by the probes of its entry, and its bugs are diagnosed."""
    entry = gallery.app(name)

    judgement = judgement_of(entry, scenarios_for(entry))

    assert missed(judgement, entry) == []
    assert false_alarms(judgement, entry) == []
    assert exit_code(judgement) in exit_codes(entry)


@pytest.mark.parametrize("name", quick_correct(VACUOUS))
def test_an_app_that_does_nothing_is_not_trusted(name: str, judgement_of: JudgementOf) -> None:
    """For an app that returns 200 to every request, the practices about effects are not proven."""
    entry = gallery.app(name)

    judgement = judgement_of(entry, scenarios_for(entry))

    assert false_alarms(judgement, entry) == []
    assert wrongly_trusted(judgement) == []


@pytest.mark.long
@pytest.mark.parametrize("name", quick_correct([*CORRECT]))
def test_a_correct_app_raises_no_alarm(name: str, judge_in_parallel: JudgeInParallel) -> None:
    """Every quick scenario passes, or is inconclusive because a hook is missing."""
    entry = gallery.app(name)
    scenarios = scenarios_for(entry)
    batches = [[scenario] for scenario in scenarios] if name in WITHOUT_PENDING else [scenarios]

    judgements = judge_in_parallel(entry, *[(batch, 0) for batch in batches])

    assert [failures(judgement) + inconclusive_findings(judgement) for judgement in judgements] == [[]] * len(batches)


@pytest.mark.full
@pytest.mark.parametrize("name", [*FLAWED, *VACUOUS])
def test_quick_scenarios_raise_no_false_alarm(name: str, judgement_of: JudgementOf) -> None:
    """In all quick scenarios, a flawed app violates only the practices that its entry allows."""
    entry = gallery.app(name)

    judgement = judgement_of(entry, quick_scenarios(entry), seed=SEED_OF[name])

    assert false_alarms(judgement, entry) == []


@pytest.mark.full
@pytest.mark.parametrize("name", HALVES[0])
def test_costly_scenarios_raise_no_false_alarm(name: str, judgement_of: JudgementOf) -> None:
    """Some of them measure time, so nothing else runs in this process meanwhile."""
    entry = gallery.app(name)

    judgement = judgement_of(
        entry, [scenario for scenario in applicable(entry) if is_costly(scenario) and not is_generated(scenario)]
    )

    assert false_alarms(judgement, entry) == []


@pytest.mark.full
@pytest.mark.parametrize("name", HALVES[1])
def test_generated_plans_raise_no_false_alarm(name: str, judgement_of: JudgementOf) -> None:
    """In generated plans, a flawed app violates only the practices that its entry allows."""
    entry = gallery.app(name)

    judgement = judgement_of(entry, [scenario for scenario in applicable(entry) if is_generated(scenario)])

    assert false_alarms(judgement, entry) == []


@pytest.mark.full
@pytest.mark.parametrize("name", [name for name in CORRECT if name not in WITHOUT_PENDING])
def test_the_gate_opens_for_a_correct_app(name: str, judgement_of: JudgementOf) -> None:
    """With every scenario, a correct app proves what its config requires."""
    entry = gallery.app(name)

    judgement = judgement_of(entry, applicable(entry), seed=SEED_OF[name])

    assert failures(judgement) + inconclusive_findings(judgement) == []
    assert exit_code(judgement) in exit_codes(entry)


@pytest.mark.full
@pytest.mark.parametrize("name", WITHOUT_PENDING)
def test_an_app_without_pending_raises_no_alarm(name: str, judgement_of: JudgementOf) -> None:
    """If waiting was not enough, a finding is inconclusive and names the missing key."""
    entry = gallery.app(name)

    judgement = judgement_of(entry, [scenario for scenario in applicable(entry) if not is_generated(scenario)])

    not_passed = [
        finding for outcome in judgement.scenarios for finding in outcome.findings if finding.verdict is not Verdict.PASS
    ]
    assert {finding.hook for finding in not_passed} <= {"app.observe.effects: pending"}, not_passed
    assert {finding.verdict for finding in not_passed} <= {Verdict.INCONCLUSIVE}


def test_every_practice_that_can_be_proven_has_an_app_that_violates_it() -> None:
    """Every practice that a scenario can prove is violated by a gallery app."""
    provable = {practice_id for scenario in load_all() for practice_id in scenario.practices}

    violated = {practice_id for entry in gallery.apps().values() for practice_id in entry.violates}

    assert provable - violated == set()


def test_every_probe_catches_an_app() -> None:
    """Every probe of a scenario fails for a gallery app."""
    probes = {name_of(probe) for scenario in load_all() for probe in scenario.probes}

    catching = {probe for entry in gallery.apps().values() for probe in entry.probes}

    assert probes - catching == set()
