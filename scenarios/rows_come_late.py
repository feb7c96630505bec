"""Rows appear late: back-dated, weeks old, or equal to an old row; a good integration stores every one."""

from fiskil_harness import Scenario, probes, steps

SCENARIO = Scenario(
    practices=("data.changes-tolerated", "data.upsert"),
    steps=(
        steps.LimitPages(rows=25),
        steps.Connect(),
        steps.WaitUntilIdle(),
        steps.Change(kind="back_date", nth=2, days=9),
        steps.Change(kind="arrive_late", nth=4, days=45),
        steps.Change(kind="repeat", nth=50),
        steps.Change(kind="amend", nth=55),
        steps.Sync("transactions"),
        steps.Deliver(),
    ),
    probes=(probes.HoldsNewestValues(), probes.HoldsEveryRow("transactions")),
)
