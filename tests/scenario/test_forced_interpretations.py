"""A scenario that forces an interpretation counts only where the config chooses or requires this interpretation."""

import msgspec
import pytest

from fiskil_harness.core.config import Settings
from fiskil_harness.core.config.schema import GateSettings, SandboxSettings
from fiskil_harness.gate.fast_selection import shortlist
from fiskil_harness.scenario.forced_interpretations import forced
from fiskil_harness.scenario.scenario import load

NAME, FORCED = "consent_revoked_then_forbidden", "data.ended-consent=403"


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


def test_a_fast_gate_leaves_out_what_does_not_count() -> None:
    """A scenario that counts for nothing tests no question."""
    scenario = load("reads_refused_after_revocation")

    assert shortlist([scenario], Settings()) == []
    assert shortlist([scenario], Settings(gate=GateSettings(interpretations="all"))) == [scenario]
