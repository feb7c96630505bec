"""Connections are reset, closed or cut short, each once; a good integration retries and stores every row."""

from fiskil_harness import Scenario, faults, probes, steps

SCENARIO = Scenario(
    practices=("edge.network-errors",),
    steps=(
        steps.Connect(),
        steps.WaitUntilIdle(),
        steps.SyncThrough(faults.ResetBefore()),
        steps.WaitUntilIdle(),
        steps.SyncThrough(faults.EmptyResponse()),
        steps.WaitUntilIdle(),
        steps.SyncThrough(faults.ResetPeer(after_bytes=0)),
        steps.WaitUntilIdle(),
        steps.SyncThrough(faults.LimitResponse(after_bytes=30)),
        steps.WaitUntilIdle(),
        steps.InjectFault("banking.transactions", faults.LimitBytes(after_bytes=100)),
        steps.Change(kind="repeat", nth=2),
        steps.Sync("transactions"),
        steps.Deliver(),
    ),
    probes=(probes.RetriesBrokenReads(), probes.HoldsEveryRow("transactions"), probes.RetriesInBounds()),
)
