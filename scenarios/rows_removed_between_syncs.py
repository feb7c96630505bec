"""Some rows vanish between two syncs, and all rows of another end user; a good integration removes them from its view."""

from fiskil_harness import Scenario, probes, steps

SCENARIO = Scenario(
    practices=("data.soft-delete",),
    steps=(
        steps.Connect(),
        steps.Connect(twin="emptied"),
        steps.Change(kind="remove", nth=4),
        steps.Change(kind="remove", nth=9),
        steps.Change(kind="vanish"),
        steps.Sync("transactions"),
        # An empty list is a complete list.
        steps.Change(kind="clear", twin="emptied"),
        steps.Sync("transactions", twin="emptied"),
        steps.Deliver(),
    ),
    probes=(probes.DropsRemovedRows(),),
)
