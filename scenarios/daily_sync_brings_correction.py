"""A row is corrected and the daily sync brings it without a refresh; a good integration reads it on the event."""

from fiskil_harness import Scenario, probes, steps

SCENARIO = Scenario(
    practices=("data.changes-tolerated",),
    steps=(
        steps.Connect(),
        steps.Change(kind="amend", nth=3),
        steps.Advance(days=1, minutes=1),
        steps.Deliver(),
    ),
    probes=(probes.HoldsNewestValues(), probes.HoldsEveryRow("transactions")),
)
