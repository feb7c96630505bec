"""The judge on trial: every probe against every app of the gallery.

The quick matrix is made of moments; of the apps that the same probes catch at the same practices it has the first alone, and
every third correct one. ``make test-all`` has all, lets every app meet every scenario of a moment, and half of the flawed
ones what takes long, half what is drawn.
"""

from collections.abc import Callable

import pytest

from fiskil_harness.gate.judgement import Judgement, exit_code
from fiskil_harness.gate.selftest import gallery
from fiskil_harness.gate.selftest.assignment import applicable, is_costly, is_explored, quick
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

pytestmark = [pytest.mark.slow, pytest.mark.timeout(900)]

FLAWED = [entry.name for entry in gallery.apps().values() if entry.violates]
VACUOUS = [entry.name for entry in gallery.apps().values() if entry.collection == "flawed" and not entry.violates]
CORRECT = [entry.name for entry in gallery.apps().values() if entry.collection == "correct"]
VARIANTS = {
    entry.name
    for entry in gallery.apps().values()
    if entry.collection == "correct" and entry.base in {"reference_app", "embedded_app"} and (entry.others or 0) <= 2
}
"""Correct clients that differ from another in a detail."""
FOREVER = {
    "dead_connections_are_final",
    "deadline_per_read",
    "embedded_handshake_unbounded",
    "gives_up_silently",
    "stdlib_one_client_at_a_time",
    "stdlib_total_body_time_unbounded",
    "embedded_idle_timeout_only",
    "embedded_cursor_loop_followed",
    "foreign_link_followed",
    "retries_while_user_waits",
    "true_twins_merged",
    "waiting_page_for_ever",
}
"""Apps that wait for what never ends, and take long to catch."""

UNTOLD = ["leased_jobs_without_pending", "polling_worker_without_pending"]
"""Apps that tell no pending can only be waited for, so all that they meet takes minutes."""

SEEDS = (1, 2, 3)
"""Each flawed app and each correct one meets one of them; together they meet them all."""

CAST = {name: SEEDS[number % len(SEEDS)] for number, name in enumerate([*FLAWED, *VACUOUS, *CORRECT])}
HALVES = [*FLAWED, *VACUOUS][0::2], [*FLAWED, *VACUOUS][1::2]
"""One half of the flawed apps meets what takes long, the other what nobody wrote: all of both would take hours."""

Rehearse = Callable[..., Judgement]
SideBySide = Callable[..., list[Judgement]]


def quick(names: list[str]) -> list[object]:
    """The names as parameters; endless apps, and those that others stand for, are for ``make test-all``."""
    later = FOREVER | stood_for(names)
    return [pytest.param(name, marks=pytest.mark.full) if name in later else name for name in names]


def quick_correct(names: list[str]) -> list[object]:
    """The names as parameters; two of three, and what differs from another in a detail, is for ``make test-all``."""
    later = {name for name in names if name in VARIANTS}
    alike = [name for name in names if name not in later]
    later |= {*alike[1::3], *alike[2::3]}
    return [pytest.param(name, marks=pytest.mark.full) if name in later else name for name in names]


def stood_for(names: list[str]) -> set[str]:
    """The apps that show no probe failing and no practice violated that quick ones before them do not show."""
    known: set[str] = set()
    later = set()
    for entry in (gallery.app(name) for name in names if name not in FOREVER):
        caught = {*entry.probes, *entry.violates}
        if caught <= known:
            later.add(entry.name)
        known |= caught
    return later


@pytest.mark.long
@pytest.mark.parametrize("name", quick(FLAWED))
def test_a_flaw_is_caught_and_nothing_else_is_blamed(name: str, rehearse: Rehearse) -> None:
    """An app violates what its entry says, by the probes that it says, and else only what may follow; gate exits with 1.

    So it is with bugs: those that it has are diagnosed.
    """
    entry = gallery.app(name)

    judgement = rehearse(entry, scenarios_for(entry))

    assert missed(judgement, entry) == []
    assert false_alarms(judgement, entry) == []
    assert exit_code(judgement) in entry.exit_codes


@pytest.mark.parametrize("name", quick_correct(VACUOUS))
def test_doing_nothing_proves_nothing(name: str, rehearse: Rehearse) -> None:
    """An app that says 200 to everything is never let through, whatever the gate requires of those practices."""
    entry = gallery.app(name)

    judgement = rehearse(entry, scenarios_for(entry))

    assert false_alarms(judgement, entry) == []
    assert wrongly_trusted(judgement) == []


@pytest.mark.long
@pytest.mark.parametrize("name", quick_correct([*CORRECT]))
def test_correct_apps_are_accused_of_nothing(name: str, rehearse_side_by_side: SideBySide) -> None:
    """Every scenario of a moment passes; where one cannot tell, a hook is missing. What is mere waiting waits together."""
    entry = gallery.app(name)
    met = scenarios_for(entry)
    batches = [[scenario] for scenario in met] if name in UNTOLD else [met]

    judgements = rehearse_side_by_side(entry, *[(batch, 0) for batch in batches])

    assert [failures(judgement) + inconclusive_findings(judgement) for judgement in judgements] == [[]] * len(batches)


@pytest.mark.full
@pytest.mark.parametrize("name", [*FLAWED, *VACUOUS])
def test_every_moment_blames_only_what_follows(name: str, rehearse: Rehearse) -> None:
    """A flawed app meets every scenario of a moment and is blamed for its flaw alone."""
    entry = gallery.app(name)

    judgement = rehearse(entry, quick(entry), seed=CAST[name])

    assert false_alarms(judgement, entry) == []


@pytest.mark.full
@pytest.mark.parametrize("name", HALVES[0])
def test_long_scenarios_blame_only_what_follows(name: str, rehearse: Rehearse) -> None:
    """Neither do those that measure time: nothing else runs in this process meanwhile."""
    entry = gallery.app(name)

    judgement = rehearse(
        entry, [scenario for scenario in applicable(entry) if is_costly(scenario) and not is_explored(scenario)]
    )

    assert false_alarms(judgement, entry) == []


@pytest.mark.full
@pytest.mark.parametrize("name", HALVES[1])
def test_drawn_plans_blame_only_what_follows(name: str, rehearse: Rehearse) -> None:
    """Nor do plans that nobody wrote."""
    entry = gallery.app(name)

    judgement = rehearse(entry, [scenario for scenario in applicable(entry) if is_explored(scenario)])

    assert false_alarms(judgement, entry) == []


@pytest.mark.full
@pytest.mark.parametrize("name", [name for name in CORRECT if name not in UNTOLD])
def test_the_gate_opens_for_correct_apps(name: str, rehearse: Rehearse) -> None:
    """With every scenario a correct app proves what its config requires."""
    entry = gallery.app(name)

    judgement = rehearse(entry, applicable(entry), seed=CAST[name])

    assert failures(judgement) + inconclusive_findings(judgement) == []
    assert exit_code(judgement) in entry.exit_codes


@pytest.mark.full
@pytest.mark.parametrize("name", UNTOLD)
def test_apps_that_tell_no_pending_are_waited_for(name: str, rehearse: Rehearse) -> None:
    """In no webhook scenario are they accused; where waiting was not enough, what they do not tell is named."""
    entry = gallery.app(name)

    judgement = rehearse(entry, [scenario for scenario in applicable(entry) if not is_explored(scenario)])

    doubtful = [
        finding for outcome in judgement.scenarios for finding in outcome.findings if finding.verdict is not Verdict.PASS
    ]
    assert {finding.hook for finding in doubtful} <= {"app.observe.effects: pending"}, doubtful
    assert {finding.verdict for finding in doubtful} <= {Verdict.INCONCLUSIVE}


def test_every_practice_that_can_be_proven_has_an_app_that_violates_it() -> None:
    """Whatever can pass has been seen to fail."""
    provable = {practice_id for scenario in load_all() for practice_id in scenario.practices}

    violated = {practice_id for entry in gallery.apps().values() for practice_id in entry.violates}

    assert provable - violated == set()


def test_every_probe_has_an_app_that_it_catches() -> None:
    """None has only ever been seen to pass."""
    asked = {name_of(probe) for scenario in load_all() for probe in scenario.probes}

    catching = {probe for entry in gallery.apps().values() for probe in entry.probes}

    assert asked - catching == set()
