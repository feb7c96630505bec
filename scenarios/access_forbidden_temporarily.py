"""The API returns 403 for transactions although the consent is active; a good integration retries rarely and recovers."""

from fiskil_harness import Scenario, faults, probes, steps

SCENARIO = Scenario(
    practices=("edge.authentication-failure",),
    steps=(
        steps.Connect(),
        steps.WaitUntilIdle(),
        steps.SyncThrough(faults.Status(status=403), times=0),
        steps.Refresh(),
        steps.LiftFaults(),
        steps.Sync("transactions"),
        steps.Deliver(),
        steps.Refresh(),
    ),
    probes=(probes.RetriesInBounds(),),
)
