"""Every call for data fails during a refresh; a good integration backs off and gives up in time."""

from fiskil_harness import Scenario, faults, probes, steps

SCENARIO = Scenario(
    practices=("edge.network-errors",),
    steps=(
        steps.Connect(),
        steps.WaitUntilIdle(),
        steps.InjectFault("banking.*", faults.Status(status=503), times=0),
        steps.Refresh(),
        steps.LiftFaults(),
        steps.Refresh(),
    ),
    probes=(
        probes.BacksOff(),
        probes.KeepsDeadline(),
        probes.RetriesInBounds(),
        probes.HoldsEveryRow("transactions"),
    ),
)
