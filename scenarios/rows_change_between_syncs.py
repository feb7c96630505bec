"""Between two syncs a row is corrected, one is posted and an equal row appears; a good integration stores all changes."""

from fiskil_harness import Scenario, probes, steps

SCENARIO = Scenario(
    practices=("data.changes-tolerated", "data.upsert"),
    steps=(
        steps.Connect(),
        steps.Change(kind="amend", nth=3),
        steps.Change(kind="post"),
        steps.Change(kind="repeat", nth=6),
        steps.Sync("transactions"),
        steps.Deliver(),
    ),
    probes=(probes.HoldsNewestValues(), probes.HoldsEveryRow("transactions")),
)
