"""All events of one day are lost; a good integration is up to date after the first event of the next day."""

from fiskil_harness import Scenario, probes, steps

SCENARIO = Scenario(
    practices=("data.changes-tolerated",),
    steps=(
        steps.Connect(),
        steps.WaitUntilIdle(),
        steps.Change(kind="amend", nth=3),
        steps.Change(kind="repeat", nth=5),
        steps.Advance(days=1, minutes=1),
        steps.DropAll(),
        steps.Sync("transactions"),
        steps.Deliver(),
    ),
    probes=(probes.HoldsNewestValues(), probes.HoldsEveryRow()),
)
