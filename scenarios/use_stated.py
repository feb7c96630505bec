"""Somebody reads before they begin: what the data is used for, and the privacy notice, one press away."""

from fiskil_harness import Scenario, probes, steps

SCENARIO = Scenario(
    practices=("ux.transparent-use",),
    steps=(steps.ReadPrivacyNotice(),),
    probes=(probes.StatesItsUse(),),
)
