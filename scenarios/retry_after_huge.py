"""Retry-After is thousands of years; a good integration reports the failure in time."""

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
        # An app may store such a wait, and make no call for some time.
        steps.StartAfresh(),
    ),
    probes=(probes.KeepsDeadline(), probes.RetriesInBounds()),
)
