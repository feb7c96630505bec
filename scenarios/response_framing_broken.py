"""Responses are not HTTP, are cut short or have broken chunks; a good integration retries and stores every row."""

from fiskil_harness import Scenario, faults, probes, steps

SCENARIO = Scenario(
    practices=("edge.network-errors",),
    steps=(
        steps.Connect(),
        steps.WaitUntilIdle(),
        steps.SyncThrough(faults.Garbage()),
        steps.WaitUntilIdle(),
        steps.SyncThrough(faults.GarbageAfterHead()),
        steps.WaitUntilIdle(),
        steps.SyncThrough(faults.TruncatedWithoutLength(after_bytes=100)),
        steps.WaitUntilIdle(),
        steps.SyncThrough(faults.ChunksWithoutEnd()),
        steps.WaitUntilIdle(),
        steps.SyncThrough(faults.BadChunkSize()),
        steps.WaitUntilIdle(),
        steps.SyncThrough(faults.Trailers()),
        steps.WaitUntilIdle(),
        steps.InjectFault("banking.transactions", faults.ChunkExtension()),
        steps.Change(kind="repeat", nth=2),
        steps.Sync("transactions"),
        steps.Deliver(),
    ),
    probes=(probes.RetriesBrokenReads(), probes.HoldsEveryRow("transactions"), probes.RetriesInBounds()),
)
