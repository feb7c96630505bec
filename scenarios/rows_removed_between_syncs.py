"""Two posted rows and a pending one vanish between two syncs; a good integration removes them from its active view."""

from fiskil_harness import Scenario, probes, steps

SCENARIO = Scenario(
    practices=("data.soft-delete",),
    steps=(
        steps.Connect(),
        steps.Change(kind="remove", nth=4),
        steps.Change(kind="remove", nth=9),
        steps.Change(kind="vanish"),
        steps.Sync("transactions"),
        steps.Deliver(),
    ),
    probes=(probes.DropsRemovedRows(),),
)
