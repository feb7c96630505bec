"""The API refuses even a fresh token; a good integration renews it, gives up, and recovers afterwards."""

from fiskil_harness import Scenario, faults, probes, steps

SCENARIO = Scenario(
    practices=("tokens.expiry-handled", "edge.token-expiry", "edge.authentication-failure"),
    steps=(
        steps.Connect(),
        steps.WaitUntilIdle(),
        steps.InjectFault("banking.*", faults.Unauthorised(), times=0),
        steps.Refresh(),
        steps.LiftFaults(),
        steps.Refresh(),
    ),
    probes=(probes.GivesUpOnRefusals(),),
)
