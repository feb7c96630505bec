"""The access token expires between the first page and the second; a good integration neither loses nor doubles a row."""

from fiskil_harness import Scenario, faults, probes, steps

SCENARIO = Scenario(
    practices=("tokens.expiry-handled", "edge.token-expiry"),
    steps=(
        steps.LimitPages(rows=25),
        steps.Authorise(),
        steps.Deliver(),
        steps.WaitUntilIdle(),
        steps.Sync(),
        steps.InjectFault("banking.transactions", faults.ExpireTokens(), skip=1),
        steps.Refresh(),
    ),
    probes=(probes.RenewsTokenOnce(), probes.HoldsEveryRow("transactions")),
)
