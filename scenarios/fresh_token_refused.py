"""The API refuses even a fresh token; a good integration renews it, gives up, and recovers afterwards."""

from fiskil_harness import Scenario, faults, probes, steps

SCENARIO = Scenario(
    practices=("tokens.expiry-handled", "edge.token-expiry", "edge.authentication-failure"),
    steps=(
        steps.Authorise(),
        steps.Deliver(),
        steps.Sync(),
        steps.Deliver(),
        steps.Settle(),
        steps.Break("banking.*", faults.Unauthorised(), times=0),
        steps.Refresh(),
        steps.Mend(),
        steps.Refresh(),
    ),
    probes=(probes.GivesUpOnRefusals(),),
)
