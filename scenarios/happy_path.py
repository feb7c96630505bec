"""An end user consents, every dataset syncs, every event is delivered: the app ends up with all of it, once."""

from harness import Scenario, probes, steps

SCENARIO = Scenario(
    practices=("edge.network-errors",),
    steps=(
        steps.Authorise(),
        steps.Sync(),
        steps.Deliver(),
        steps.Deliver(attempts=1),
    ),
    probes=(probes.HoldsEveryRow("transactions"),),
)
