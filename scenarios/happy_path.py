"""An end user consents, each dataset syncs, each event is delivered; a good integration reads each dataset on its event."""

from fiskil_harness import Scenario, probes, steps

SCENARIO = Scenario(
    practices=("cache.webhook-driven",),
    steps=(
        steps.LimitPages(rows=25),
        steps.Authorise(),
        steps.Deliver(),
        steps.Sync(),
        steps.Deliver(),
    ),
    probes=(probes.ReadsAfterEvent(), probes.HoldsEveryRow("transactions")),
)
