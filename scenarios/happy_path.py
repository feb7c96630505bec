"""An end user consents, each dataset syncs, each event is delivered; a good integration reads each dataset on its event."""

from fiskil_harness import Scenario, probes, steps

SCENARIO = Scenario(
    practices=("cache.webhook-driven",),
    steps=(
        steps.LimitPages(rows=25),
        steps.Connect(),
    ),
    probes=(probes.ReadsAfterEvent(), probes.HoldsEveryRow("transactions")),
)
