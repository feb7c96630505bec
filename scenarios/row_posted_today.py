"""A row is posted half an hour before a sync; a good integration reads it after the event, not on the next day."""

from fiskil_harness import Scenario, probes, steps

SCENARIO = Scenario(
    practices=("cache.webhook-driven",),
    steps=(
        steps.Connect(),
        steps.WaitUntilIdle(),
        steps.Change(kind="arrive_today", nth=2),
        steps.Sync("transactions"),
        steps.Deliver(),
    ),
    probes=(probes.ReadsAfterEvent(), probes.HoldsEveryRow("transactions")),
)
