"""After a new transaction, a list arrives as one page of some megabytes; a good integration stores every row."""

from fiskil_harness import Scenario, faults, probes, steps

SCENARIO = Scenario(
    practices=("edge.network-errors", "data.upsert"),
    end_user="milo",
    steps=(
        steps.Connect(),
        steps.WaitUntilIdle(),
        steps.Change(kind="repeat", nth=3),
        steps.LimitPages(rows=1000, usual=1000),
        steps.SyncThrough(faults.ExtraField(size_bytes=3000), "transactions", times=0),
    ),
    probes=(probes.HoldsEveryRow("transactions"),),
)
