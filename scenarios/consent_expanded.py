"""The end user shares one account and later adds the other; a good integration stores all rows of both."""

from fiskil_harness import Scenario, probes, steps

SCENARIO = Scenario(
    practices=("cache.webhook-driven",),
    steps=(
        steps.Authorise(accounts=("everyday",)),
        steps.Deliver(),
        steps.Sync(),
        steps.Deliver(),
        steps.WaitUntilIdle(),
        steps.Amend(accounts=("everyday", "savings")),
        steps.Deliver(),
        steps.Sync(),
        steps.Deliver(),
    ),
    probes=(probes.ReadsAfterEvent(), probes.HoldsEveryRow("accounts"), probes.HoldsEveryRow("transactions")),
)
