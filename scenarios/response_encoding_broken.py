"""Responses are invalid gzip, truncated, HTML or huge after unpacking; a good integration retries and stores every row."""

from fiskil_harness import Scenario, faults, probes, steps

SCENARIO = Scenario(
    practices=("edge.network-errors",),
    steps=(
        steps.LimitPages(rows=25),
        steps.Connect(),
        steps.WaitUntilIdle(),
        steps.SyncThrough(faults.GzipLie()),
        steps.WaitUntilIdle(),
        steps.InjectFault("banking.transactions", faults.GzipTruncated(), skip=1),
        steps.Sync("transactions"),
        steps.Deliver(),
        steps.WaitUntilIdle(),
        steps.InjectFault("banking.transactions", faults.TruncatedJson(), skip=1),
        steps.Sync("transactions"),
        steps.Deliver(),
        steps.WaitUntilIdle(),
        steps.SyncThrough(faults.HtmlInside()),
        steps.WaitUntilIdle(),
        steps.InjectFault("banking.transactions", faults.GzipBomb(size_bytes=1_000_000)),
        steps.Change(kind="repeat", nth=2),
        steps.Sync("transactions"),
        steps.Deliver(),
    ),
    probes=(probes.RetriesBrokenReads(), probes.HoldsEveryRow("transactions"), probes.RetriesInBounds()),
)
