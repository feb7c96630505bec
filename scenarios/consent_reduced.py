"""The end user removes an account and all transactions from the consent; a good integration removes both from its view."""

from fiskil_harness import Scenario, probes, steps

SCENARIO = Scenario(
    practices=("data.soft-delete",),
    steps=(
        steps.Connect(),
        steps.WaitUntilIdle(),
        steps.Amend(accounts=("everyday",), datasets=("accounts", "balances")),
        steps.Deliver(),
        steps.Sync(),
        steps.Deliver(),
        steps.Refresh(),
    ),
    probes=(probes.RespectsReducedConsent(), probes.DropsRemovedRows("accounts"), probes.DropsRemovedRows("balances")),
)
