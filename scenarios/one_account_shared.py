"""The end user shares one of two accounts; a good integration stores all of its rows and works without the other."""

from fiskil_harness import Scenario, probes, steps

SCENARIO = Scenario(
    practices=("cache.webhook-driven",),
    steps=(
        steps.Authorise(accounts=("everyday",)),
        steps.Deliver(),
        steps.Sync(),
        steps.Deliver(),
    ),
    probes=(probes.ReadsAfterEvent(), probes.HoldsEveryRow("accounts"), probes.HoldsEveryRow("transactions")),
)
