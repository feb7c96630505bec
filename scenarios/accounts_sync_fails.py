"""The sync of accounts fails without an event; a good integration reads the other datasets on their events."""

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
