"""Scenarios count only where the config chooses or requires what they cause; otherwise their failures are advice."""

import msgspec
import pytest

from fiskil_harness.core.config import Settings
from fiskil_harness.core.config.schema import GateSettings
from fiskil_harness.gate.diagnosis import diagnose
from fiskil_harness.gate.fast_selection import shortlist
from fiskil_harness.probes import Finding, Verdict, name_of
from fiskil_harness.probes.outcome import Outcome
from fiskil_harness.probes.practices import all_practices
from fiskil_harness.scenario import steps
from fiskil_harness.scenario.counting import DEFENCE, as_advice, condition
from fiskil_harness.scenario.scenario import load, load_all

NAME, FORCED = "consent_revoked_then_forbidden", "gate.interpretations has data.ended-consent=403"
STRICT = Settings(gate=GateSettings(defence_in_depth=True))


def outcome(verdict: Verdict, *, name: str = NAME, probe: str = "forgets_ended_consents") -> Outcome:
    """Return an outcome of the scenario with one finding."""
    finding = Finding(probe=probe, verdict=verdict, observed="rows were kept", fix="drop", practices=("cache.invalidated",))
    return Outcome(scenario=name, title="", practices=("cache.invalidated",), seed=1, findings=(finding,))


@pytest.mark.parametrize(
    ("name", "settings", "text"),
    [
        ("happy_path", Settings(), ""),
        (NAME, Settings(), FORCED),
        (NAME, STRICT, FORCED),
        ("rows_of_other_end_user", Settings(), DEFENCE),
        ("rows_of_other_end_user", STRICT, ""),
        ("webhook_for_other_end_user", Settings(), DEFENCE),
        ("webhook_for_unknown_end_user", Settings(), ""),
    ],
)
def test_the_condition_names_the_setting(name: str, settings: Settings, text: str) -> None:
    """A scenario counts without a condition unless it forces an interpretation or is defence in depth."""
    assert condition(load(name), settings) == text


def test_a_scenario_of_a_team_is_judged_by_its_steps() -> None:
    """It has no row in the table of kinds; a message that no lawful provider sends makes it defence in depth."""
    own = msgspec.structs.replace(load("happy_path"), name="our_own")
    mixed = steps.DeliverMixed(consent_of="", end_user_of="b")

    assert condition(own, Settings()) == ""
    assert condition(msgspec.structs.replace(own, steps=(*own.steps, mixed)), Settings()) == DEFENCE


def test_a_failure_that_does_not_count_is_advice() -> None:
    """It violates nothing, and the advice names the setting that would make it count."""
    advised = as_advice(outcome(Verdict.FAIL), FORCED)

    assert (advised.verdict, advised.practices, advised.findings[0].practices) == (Verdict.PASS, (), ())
    assert advised.findings[0].advice == (f"forgets_ended_consents: rows were kept. This counts only if {FORCED}",)
    assert as_advice(advised, FORCED) == advised


@pytest.mark.parametrize("verdict", [Verdict.PASS, Verdict.INCONCLUSIVE])
def test_nothing_counts_under_an_unmet_condition(verdict: Verdict) -> None:
    """A PASS proves nothing, and an INCONCLUSIVE keeps nothing from being proven."""
    advised = as_advice(outcome(verdict), FORCED)

    assert [(finding.verdict, finding.practices) for finding in advised.findings] == [(verdict, ())]
    assert advised.practices == ()


def test_an_outcome_without_a_condition_is_unchanged() -> None:
    """Its failure counts."""
    assert as_advice(outcome(Verdict.FAIL), "") == outcome(Verdict.FAIL)


def test_a_bug_is_unknown_where_its_test_does_not_count() -> None:
    """The table of bugs says neither that the receiver has the bug nor that it does not."""
    failed = outcome(Verdict.FAIL, name="webhook_for_other_end_user", probe="separates_end_users")
    verdicts = {
        counts_if: next(bug for bug in diagnose([as_advice(failed, counts_if)]) if bug.bug == "cross-tenant").verdict
        for counts_if in ("", DEFENCE)
    }

    assert verdicts == {"": Verdict.FAIL, DEFENCE: Verdict.INCONCLUSIVE}


def test_every_needed_probe_has_a_scenario_that_counts() -> None:
    """Each practice can be proven without settings that make more scenarios count."""
    counting = [scenario for scenario in load_all() if not condition(scenario, Settings())]
    tested = {
        (practice, name_of(probe)) for scenario in counting for practice in scenario.practices for probe in scenario.probes
    }

    needed = {(practice.id, probe) for practice in all_practices().values() for probe in practice.needed}
    assert needed <= tested


def test_a_fast_gate_leaves_out_what_does_not_count() -> None:
    """A scenario that counts for nothing tests no question."""
    scenario = load("rows_of_other_end_user")

    assert shortlist([scenario], Settings()) == []
