"""The API returns 403 for transactions although the consent is active; a good integration retries rarely and recovers."""

from fiskil_harness import Scenario, faults, probes, steps

SCENARIO = Scenario(
    practices=("edge.authentication-failure",),
    steps=(
        steps.Authorise(),
        steps.Deliver(),
        steps.Sync(),
        steps.Deliver(),
        steps.WaitUntilIdle(),
        steps.InjectFault("banking.transactions", faults.Status(status=403), times=0),
        steps.Sync("transactions"),
        steps.Deliver(),
        steps.Refresh(),
        steps.LiftFaults(),
        steps.Sync("transactions"),
        steps.Deliver(),
        steps.Refresh(),
    ),
    probes=(probes.RetriesInBounds(),),
)
