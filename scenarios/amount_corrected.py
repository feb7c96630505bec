"""The institution corrects a cached amount and an event reports it; a good integration shows the new amount."""

from fiskil_harness import Scenario, probes, steps

SCENARIO = Scenario(
    practices=("cache.invalidated", "data.changes-tolerated"),
    steps=(
        steps.Connect(),
        steps.Change(kind="amend", nth=2),
        steps.Sync("transactions"),
        steps.Deliver(),
    ),
    probes=(probes.HoldsNewestValues(),),
)
