"""An account is added to a consent, and a dataset is removed and added again; a good integration stores all rows."""

from fiskil_harness import Scenario, probes, steps

SCENARIO = Scenario(
    practices=("cache.webhook-driven", "data.changes-tolerated"),
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
        steps.WaitUntilIdle(),
        steps.Amend(datasets=("accounts", "balances")),
        steps.Deliver(),
        steps.WaitUntilIdle(),
        steps.Amend(datasets=("accounts", "balances", "transactions")),
        steps.Deliver(),
        steps.Sync(),
        steps.Deliver(),
    ),
    probes=(probes.ReadsAfterEvent(), probes.HoldsEveryRow("accounts"), probes.HoldsEveryRow("transactions")),
)
