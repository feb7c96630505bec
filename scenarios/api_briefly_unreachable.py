"""The API is unreachable for a moment, three times; a good integration reads the data once the API is back."""

from fiskil_harness import Scenario, faults, probes, steps

SCENARIO = Scenario(
    practices=("edge.network-errors",),
    steps=(
        steps.Connect(),
        steps.WaitUntilIdle(),
        steps.InjectFault("connection", faults.ResetOnAccept()),
        steps.Change(kind="repeat", nth=2),
        steps.Sync("transactions"),
        steps.Deliver(),
        steps.WaitUntilIdle(),
        steps.InjectFault("connection", faults.Down(for_ms=300)),
        steps.Change(kind="repeat", nth=4),
        steps.Sync("transactions"),
        steps.Deliver(),
        steps.WaitUntilIdle(),
        steps.InjectFault("connection", faults.Flap(down_ms=150, up_ms=100, cycles=2)),
        steps.Change(kind="repeat", nth=6),
        steps.Sync("transactions"),
        steps.Deliver(),
    ),
    probes=(probes.HoldsEveryRow("transactions"),),
)
