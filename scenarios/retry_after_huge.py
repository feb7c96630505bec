"""Retry-After is thousands of years; a good integration reports the failure in time and recovers later."""

from fiskil_harness import Scenario, faults, probes, steps

SCENARIO = Scenario(
    practices=("edge.network-errors",),
    steps=(
        steps.Connect(),
        steps.WaitUntilIdle(),
        steps.Change(kind="repeat", nth=2),
        steps.Sync("transactions"),
        steps.InjectFault("banking.*", faults.RetryAfter(status=429, form="huge"), times=0),
        steps.Refresh(),
        steps.LiftFaults(),
        steps.Restart(),
        steps.Refresh(),
    ),
    probes=(probes.KeepsDeadline(), probes.HoldsEveryRow("transactions"), probes.RetriesInBounds()),
)
