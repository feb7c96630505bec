"""A scenario that forces an interpretation counts only where the config chooses or requires this interpretation."""

import msgspec
import pytest

from fiskil_harness.core.config import Settings
from fiskil_harness.core.config.schema import GateSettings, SandboxSettings
from fiskil_harness.gate.fast_selection import shortlist
from fiskil_harness.probes import Finding, Verdict, name_of
from fiskil_harness.probes.outcome import Outcome
from fiskil_harness.probes.practices import all_practices
from fiskil_harness.scenario.forced_interpretations import as_advice, forced
from fiskil_harness.scenario.scenario import load, load_all

NAME, FORCED = "consent_revoked_then_forbidden", "data.ended-consent=403"


def outcome(verdict: Verdict) -> Outcome:
    """Return an outcome of the scenario with one finding."""
    finding = Finding(
        probe="forgets_ended_consents",
        verdict=verdict,
        observed="rows were kept",
        fix="drop",
        practices=("cache.invalidated",),
    )
    return Outcome(scenario=NAME, title="", practices=("cache.invalidated",), seed=1, findings=(finding,))


@pytest.mark.parametrize(
    ("settings", "interpretations"),
    [
        (Settings(), (FORCED,)),
        (Settings(gate=GateSettings(interpretations=("token.lifetime",))), (FORCED,)),
        (Settings(gate=GateSettings(interpretations=(FORCED,))), ()),
        (Settings(gate=GateSettings(interpretations=("data.ended-consent",))), ()),
        (Settings(gate=GateSettings(interpretations="all")), ()),
        (Settings(sandbox=SandboxSettings(interpretations={"data.ended-consent": "403"})), ()),
    ],
)
def test_the_config_decides_which_interpretations_are_forced(settings: Settings, interpretations: tuple[str, ...]) -> None:
    """One that the config chooses or requires is not forced on the app."""
    assert forced(load(NAME), settings) == interpretations


def test_an_interpretation_that_a_person_chose_is_not_forced() -> None:
    """A saved plan, a scenario of the team and an interpretation run have interpretations that are meant to count."""
    settings, scenario = Settings(), load(NAME)

    assert forced(load("happy_path"), settings) == ()
    assert forced(msgspec.structs.replace(load("happy_path"), interpretations={"token.lifetime": "3600"}), settings) == ()
    assert forced(msgspec.structs.replace(scenario, name="our_own"), settings) == ()
    assert forced(msgspec.structs.replace(scenario, name=f"{NAME}@{FORCED}"), settings) == ()


def test_a_failure_under_a_forced_interpretation_is_advice() -> None:
    """It violates nothing, and the advice names the interpretation that would make it count."""
    advised = as_advice(outcome(Verdict.FAIL), (FORCED,))

    assert (advised.verdict, advised.practices, advised.findings[0].practices) == (Verdict.PASS, (), ())
    assert advised.findings[0].advice == (
        f"forgets_ended_consents: rows were kept. This counts only if gate.interpretations has {FORCED}",
    )
    assert as_advice(advised, (FORCED,)) == advised


@pytest.mark.parametrize("verdict", [Verdict.PASS, Verdict.INCONCLUSIVE])
def test_nothing_under_a_forced_interpretation_counts(verdict: Verdict) -> None:
    """A PASS proves nothing, and an INCONCLUSIVE keeps nothing from being proven."""
    advised = as_advice(outcome(verdict), (FORCED,))

    assert [(finding.verdict, finding.practices) for finding in advised.findings] == [(verdict, ())]
    assert advised.practices == ()


def test_an_outcome_without_forced_interpretations_is_unchanged() -> None:
    """Its failure counts."""
    assert as_advice(outcome(Verdict.FAIL), ()) == outcome(Verdict.FAIL)


def test_every_needed_probe_has_a_scenario_that_counts() -> None:
    """Without scenarios that force an interpretation, each practice can still be proven."""
    counting = [scenario for scenario in load_all() if not forced(scenario, Settings())]
    tested = {
        (practice, name_of(probe)) for scenario in counting for practice in scenario.practices for probe in scenario.probes
    }

    needed = {(practice.id, probe) for practice in all_practices().values() for probe in practice.needed}
    assert needed <= tested


def test_a_fast_gate_leaves_out_what_does_not_count() -> None:
    """A scenario that counts for nothing tests no question."""
    scenario = load("reads_refused_after_revocation")

    assert shortlist([scenario], Settings()) == []
    assert shortlist([scenario], Settings(gate=GateSettings(interpretations="all"))) == [scenario]
