"""More and more API calls fail, then fewer; a good integration limits its retries and stores every row."""

from fiskil_harness import Scenario, faults, probes, steps

SCENARIO = Scenario(
    practices=("edge.network-errors",),
    steps=(
        steps.Connect(),
        steps.WaitUntilIdle(),
        steps.InjectFault("banking.*", faults.Brownout(calls=8, peak_percent=100), times=0),
        steps.Change(kind="repeat", nth=2),
        steps.Sync(),
        steps.Deliver(),
        steps.WaitUntilIdle(),
        steps.LiftFaults(),
        steps.Refresh(),
    ),
    probes=(probes.RetriesInBounds(), probes.HoldsEveryRow("transactions")),
)
