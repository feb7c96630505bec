"""Responses arrive late, in small pieces or at a low rate, but complete; a good integration stores every row."""

from fiskil_harness import Scenario, faults, probes, steps

SCENARIO = Scenario(
    practices=("edge.network-errors",),
    steps=(
        steps.Connect(),
        steps.WaitUntilIdle(),
        steps.SyncThrough(faults.Latency(latency_ms=200, jitter_ms=50)),
        steps.WaitUntilIdle(),
        steps.SyncThrough(faults.Latency(latency_ms=3000)),
        steps.WaitUntilIdle(),
        steps.SyncThrough(faults.Dribble(chunks=5, total_ms=500)),
        steps.WaitUntilIdle(),
        steps.SyncThrough(faults.UniformDelay(lower_ms=100, upper_ms=300)),
        steps.WaitUntilIdle(),
        steps.SyncThrough(faults.Slicer(average_bytes=64, variation_bytes=16)),
        steps.WaitUntilIdle(),
        steps.InjectFault("banking.transactions", faults.Bandwidth(rate_kb_s=10)),
        steps.Change(kind="repeat", nth=2),
        steps.Sync("transactions"),
        steps.Deliver(),
    ),
    probes=(probes.HoldsEveryRow("transactions"), probes.RetriesInBounds()),
)
