"""The API is down for some seconds after an event; a good integration backs off and then reads the data."""

from fiskil_harness import Scenario, faults, probes, steps

SCENARIO = Scenario(
    practices=("edge.network-errors",),
    steps=(
        steps.Connect(),
        steps.WaitUntilIdle(),
        steps.SyncThrough(faults.ErrorBody(status=502, form="html"), times=0),
        steps.StayIdle(seconds=3),
        steps.LiftFaults(),
    ),
    probes=(probes.BacksOff(), probes.RetriesInBounds(), probes.HoldsEveryRow("transactions")),
)
