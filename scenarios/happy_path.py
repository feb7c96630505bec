"""An end user consents, each dataset syncs, each event is delivered; a good integration reads each dataset on its event."""

from fiskil_harness import Scenario, probes, steps

SCENARIO = Scenario(
    practices=("cache.webhook-driven", "sandbox.webhook-delivery"),
    steps=(
        steps.LimitPages(rows=25),
        steps.Connect(),
    ),
    probes=(
        probes.ReadsAfterEvent(),
        probes.HoldsEveryRow("transactions"),
        probes.HoldsServedValues(),
        probes.AcknowledgesGenuine(),
        probes.LosesNothing(),
    ),
)
