"""Responses have early hints, or huge, repeated or carelessly written headers; a good integration stores every row."""

from fiskil_harness import Scenario, faults, probes, steps

SCENARIO = Scenario(
    practices=("edge.network-errors",),
    steps=(
        steps.Connect(),
        steps.WaitUntilIdle(),
        steps.SyncThrough(faults.EarlyHints(count=2)),
        steps.WaitUntilIdle(),
        steps.SyncThrough(faults.ManyHeaders(count=50)),
        steps.WaitUntilIdle(),
        steps.SyncThrough(faults.DuplicateHeader()),
        steps.WaitUntilIdle(),
        steps.SyncThrough(faults.BareLineFeeds()),
        steps.WaitUntilIdle(),
        steps.InjectFault("banking.transactions", faults.HugeHeader(size_bytes=200_000)),
        steps.Change(kind="repeat", nth=2),
        steps.Sync("transactions"),
        steps.Deliver(),
    ),
    probes=(probes.HoldsEveryRow("transactions"), probes.RetriesInBounds()),
)
