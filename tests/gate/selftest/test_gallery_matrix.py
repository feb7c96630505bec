"""Every probe against every app of the gallery.

``make test-gallery`` runs every app with the scenarios of its entry and a few others, ``make test`` a sample of the apps.
``make test-all`` runs, over fourteen days, all apps with all quick scenarios; half of the flawed apps also run the costly
scenarios, and the other half the generated plans.
"""

from collections.abc import Callable
from zlib import crc32

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
WITHOUT_PENDING = ["leased_jobs_without_pending", "polling_worker_without_pending"]
"""Apps that report no ``pending``. The harness must wait for a fixed time each time, so their scenarios take minutes."""

SEEDS = (1, 2, 3)
"""Each app runs with one of these seeds."""


def part_of(name: str, count: int) -> int:
    """Return the part of *count* parts to which an app belongs; it depends on its name only, so new apps move no others."""
    return crc32(name.encode()) % count


SEED_OF = {name: SEEDS[part_of(name, len(SEEDS))] for name in [*FLAWED, *VACUOUS, *CORRECT]}
PARTS = 8
"""Parts of an app's scenarios. If the work of an app never ends, most of its scenarios wait for seconds or minutes."""
HALVES = [[name for name in [*FLAWED, *VACUOUS] if part_of(name, 2) == half] for half in (0, 1)]
"""One half of the flawed apps runs costly scenarios, the other generated plans; both for all apps would take hours."""

JudgementOf = Callable[..., Judgement]
JudgeInParallel = Callable[..., list[Judgement]]


@pytest.mark.long
@pytest.mark.parametrize("name", FLAWED)
def test_a_flaw_is_caught_without_a_false_alarm(name: str, judgement_of: JudgementOf) -> None:
    """The app violates the practices of its entry by the probes of its entry, and its bugs are diagnosed."""
    entry = gallery.app(name)

    judgement = judgement_of(entry, scenarios_for(entry))

    assert missed(judgement, entry) == [], inconclusive_findings(judgement)
    assert false_alarms(judgement, entry) == []
    assert exit_code(judgement) in exit_codes(entry)


@pytest.mark.parametrize("name", VACUOUS)
def test_an_app_that_does_nothing_is_not_trusted(name: str, judgement_of: JudgementOf) -> None:
    """For an app that returns 200 to every request, the practices about effects are not proven."""
    entry = gallery.app(name)

    judgement = judgement_of(entry, scenarios_for(entry))

    assert false_alarms(judgement, entry) == []
    assert wrongly_trusted(judgement) == []


@pytest.mark.long
@pytest.mark.parametrize("name", CORRECT)
def test_a_correct_app_raises_no_alarm(name: str, judge_in_parallel: JudgeInParallel) -> None:
    """Every quick scenario passes, or is inconclusive because a hook is missing."""
    entry = gallery.app(name)
    scenarios = scenarios_for(entry)
    batches = [[scenario] for scenario in scenarios] if name in WITHOUT_PENDING else [scenarios]

    judgements = judge_in_parallel(entry, *[(batch, 0) for batch in batches])

    assert [failures(judgement) + inconclusive_findings(judgement) for judgement in judgements] == [[]] * len(batches)


@pytest.mark.full
@pytest.mark.parametrize("part", range(PARTS))
@pytest.mark.parametrize("name", [*FLAWED, *VACUOUS])
def test_quick_scenarios_raise_no_false_alarm(name: str, part: int, judgement_of: JudgementOf) -> None:
    """In all quick scenarios, a flawed app violates only the practices that its entry allows."""
    entry = gallery.app(name)

    judgement = judgement_of(entry, quick_scenarios(entry)[part::PARTS], seed=SEED_OF[name])

    assert false_alarms(judgement, entry) == []


@pytest.mark.full
@pytest.mark.parametrize("part", range(PARTS))
@pytest.mark.parametrize("name", HALVES[0])
def test_costly_scenarios_raise_no_false_alarm(name: str, part: int, judgement_of: JudgementOf) -> None:
    """Some of them measure time, so nothing else runs in this process meanwhile."""
    entry = gallery.app(name)
    costly = [scenario for scenario in applicable(entry) if is_costly(scenario) and not is_generated(scenario)]

    judgement = judgement_of(entry, costly[part::PARTS])

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


def test_every_app_of_the_gallery_is_tried() -> None:
    """``make test-gallery`` runs each of them, so CI sees every flaw on every push."""
    tests = [
        test_a_flaw_is_caught_without_a_false_alarm,
        test_an_app_that_does_nothing_is_not_trusted,
        test_a_correct_app_raises_no_alarm,
    ]

    marks = [mark for test in tests for mark in [*pytestmark, *test.pytestmark]]  # type: ignore[attr-defined]
    tried = [name for mark in marks if mark.name == "parametrize" for name in mark.args[1]]

    assert sorted(tried) == sorted(gallery.apps())
    assert "full" not in {mark.name for mark in marks}


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
