"""Retry-After is a past date, not a number, negative or empty; a good integration still reads the data."""

from fiskil_harness import Scenario, faults, probes, steps

SCENARIO = Scenario(
    practices=("edge.network-errors",),
    steps=(
        steps.Connect(),
        steps.WaitUntilIdle(),
        steps.SyncThrough(faults.RetryAfter(form="zero")),
        steps.WaitUntilIdle(),
        steps.SyncThrough(faults.RetryAfter(form="negative")),
        steps.WaitUntilIdle(),
        steps.SyncThrough(faults.RetryAfter(form="garbage")),
        steps.WaitUntilIdle(),
        steps.SyncThrough(faults.RetryAfter(status=503, form="past_date")),
        steps.WaitUntilIdle(),
        steps.SyncThrough(faults.RetryAfter(status=503, form="fraction")),
        steps.WaitUntilIdle(),
        steps.InjectFault("banking.transactions", faults.RetryAfter(status=503, form="empty")),
        steps.Change(kind="repeat", nth=2),
        steps.Sync("transactions"),
        steps.Deliver(),
    ),
    probes=(probes.RetriesBrokenReads(), probes.HoldsEveryRow("transactions"), probes.RetriesInBounds()),
)
