"""Every data call fails for a while; a good integration does not hammer the API, and works again afterwards."""

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
