"""Gateways respond instead of the API, and errors have status 200; a good integration retries and stores every row."""

from fiskil_harness import Scenario, faults, probes, steps

SCENARIO = Scenario(
    practices=("edge.network-errors",),
    steps=(
        steps.Connect(),
        steps.WaitUntilIdle(),
        steps.SyncThrough(faults.ErrorBody(status=502, form="html")),
        steps.WaitUntilIdle(),
        steps.SyncThrough(faults.ErrorBody(status=504, form="nothing")),
        steps.WaitUntilIdle(),
        steps.SyncThrough(faults.ErrorBody(status=500, form="cdr")),
        steps.WaitUntilIdle(),
        steps.SyncThrough(faults.ErrorInside(rows="error")),
        steps.WaitUntilIdle(),
        steps.SyncThrough(faults.ErrorInside(rows="empty")),
        steps.WaitUntilIdle(),
        steps.InjectFault("banking.transactions", faults.ErrorInside(rows="null")),
        steps.Change(kind="repeat", nth=2),
        steps.Sync("transactions"),
        steps.Deliver(),
    ),
    probes=(probes.RetriesBrokenReads(), probes.HoldsEveryRow("transactions"), probes.RetriesInBounds()),
)
