"""The API tells to come back in thousands of years: whoever waits is told so in time, and it works again later."""

from fiskil_harness import Scenario, faults, probes, steps

SCENARIO = Scenario(
    practices=("edge.network-errors",),
    steps=(
        steps.Authorise(),
        steps.Deliver(),
        steps.Sync(),
        steps.Deliver(),
        steps.WaitUntilIdle(),
        steps.Change(what="repeat", nth=2),
        steps.Sync("transactions"),
        steps.InjectFault("banking.*", faults.RetryAfter(status=429, form="huge"), times=0),
        steps.Refresh(),
        steps.LiftFaults(),
        steps.Restart(),
        steps.Refresh(),
    ),
    probes=(probes.KeepsDeadline(), probes.HoldsEveryRow("transactions"), probes.RetriesInBounds()),
)
