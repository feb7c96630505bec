"""A list has about 150 pages; a good integration follows links.next until there is none."""

from fiskil_harness import Scenario, probes, steps

SCENARIO = Scenario(
    practices=("edge.network-errors", "data.upsert"),
    end_user="milo",
    steps=(
        steps.LimitPages(rows=5),
        steps.Connect(),
    ),
    probes=(probes.HoldsEveryRow("transactions"),),
)
