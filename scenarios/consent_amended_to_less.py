"""The end user takes an account and all transactions out of the consent: both leave, though no sync tells of the latter."""

from fiskil_harness import Scenario, probes, steps

SCENARIO = Scenario(
    practices=("data.soft-delete",),
    steps=(
        steps.Authorise(),
        steps.Deliver(),
        steps.Sync(),
        steps.Deliver(),
        steps.WaitUntilIdle(),
        steps.Amend(accounts=("everyday",), datasets=("accounts", "balances")),
        steps.Deliver(),
        steps.Sync(),
        steps.Deliver(),
        steps.Refresh(),
    ),
    probes=(probes.RespectsReducedConsent(), probes.DropsRemovedRows("accounts"), probes.DropsRemovedRows("balances")),
)
