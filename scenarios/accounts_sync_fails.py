"""The sync of accounts comes to nothing and nobody tells; what else is synced is read as soon as it is told."""

from fiskil_harness import Scenario, probes, steps

SCENARIO = Scenario(
    practices=("cache.webhook-driven",),
    steps=(
        steps.Authorise(),
        steps.Deliver(),
        steps.FailSync("accounts"),
        steps.Sync("balances"),
        steps.Sync("transactions"),
        steps.Deliver(),
    ),
    probes=(probes.ReadsAfterEvent(), probes.HoldsEveryRow("balances"), probes.HoldsEveryRow("transactions")),
)
