"""Each practice has two independent experiments or a reason; a report lists those that passed."""

from fiskil_harness.gate.report.strength_text import summary
from fiskil_harness.gate.strength import Strength, is_experiment, possible_strengths, strengths
from fiskil_harness.probes import Finding, Verdict
from fiskil_harness.probes.outcome import Outcome
from fiskil_harness.probes.practices import all_practices
from fiskil_harness.scenario.scenario import load_all

SCENARIOS = load_all()
POSSIBLE = {strength.practice: strength for strength in possible_strengths(SCENARIOS)}


def outcome(scenario: str, probe: str, verdict: Verdict, practice: str = "data.upsert") -> Outcome:
    """Return the outcome of *scenario* with one finding."""
    finding = Finding(probe=probe, verdict=verdict, observed="", practices=(practice,))
    return Outcome(scenario=scenario, title="", practices=(practice,), seed=0, findings=(finding,))


def test_every_practice_has_two_independent_experiments_or_a_reason() -> None:
    """Two scenarios with different steps have a probe that the practice needs; otherwise the table states why not."""
    steps = {
        practice.id: {repr(getattr(scenario, "steps", "")) for scenario in SCENARIOS if is_experiment(scenario, practice)}
        for practice in all_practices().values()
    }

    assert [name for name in steps if len(steps[name]) < 2 and not all_practices()[name].single] == []
    assert [name for name in steps if len(steps[name]) >= 2 and all_practices()[name].single] == []


def test_every_practice_that_an_app_can_violate_has_a_flawed_app() -> None:
    """The experiments of each practice catch at least one app of the gallery."""
    assert [name for name, strength in POSSIBLE.items() if strength.experiments and not strength.flawed_apps] == []


def test_routes_and_moments_come_from_the_steps() -> None:
    """Network errors are tried on every route, in the foreground and in the background."""
    strength = POSSIBLE["edge.network-errors"]

    assert {"token", "banking.transactions", "consents.revoke"} <= set(strength.routes)
    assert strength.moments == ("background", "foreground")
    assert "authorise" in strength.journeys


def test_only_experiments_that_passed_count() -> None:
    """A failed experiment, a probe that the practice does not need, and another practice's finding prove nothing."""
    proven = strengths(
        [
            outcome("rows_come_late", "holds_every_row", Verdict.PASS),
            outcome("pages_overlap", "holds_every_row", Verdict.FAIL),
            outcome("amounts_in_many_formats", "holds_exact_amounts", Verdict.PASS),
            outcome("happy_path", "holds_every_row", Verdict.PASS, practice="cache.webhook-driven"),
        ]
    )

    assert [(strength.practice, strength.experiments) for strength in proven] == [("data.upsert", ("rows_come_late",))]
    assert "late_rows_ignored" not in proven[0].flawed_apps


def test_a_teams_own_scenario_counts() -> None:
    """Its steps are not known to the report, but its result is."""
    (strength,) = strengths([outcome("our_own", "holds_every_row", Verdict.PASS)])

    assert (strength.experiments, strength.journeys, strength.flawed_apps) == (("our_own",), (), ())


def test_the_strength_can_be_read_in_words() -> None:
    """Empty parts are left out, and a single experiment has its reason."""
    strength = Strength(practice="p", experiments=("a",), journeys=("authorise",), flawed_apps=("x", "y"), single="so it is")

    assert summary(strength) == "1 experiment (a), 1 journey, 2 flawed apps; one experiment is enough: so it is"
