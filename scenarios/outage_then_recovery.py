"""Every call for data fails for a while; a good integration limits its retries and recovers afterwards."""

from fiskil_harness import Scenario, faults, probes, steps

SCENARIO = Scenario(
    practices=("edge.network-errors",),
    steps=(
        steps.Authorise(),
        steps.Deliver(),
        steps.WaitUntilIdle(),
        steps.Sync(),
        steps.InjectFault("banking.*", faults.Status(status=503), times=0),
        steps.Refresh(),
        steps.LiftFaults(),
        steps.Refresh(),
    ),
    probes=(probes.RetriesInBounds(), probes.HoldsEveryRow("transactions")),
)
