"""Tokens expire early, one of them within a list; a good integration renews once, retries and loses nothing."""

from fiskil_harness import Scenario, faults, probes, steps

SCENARIO = Scenario(
    practices=("tokens.expiry-handled", "edge.token-expiry"),
    steps=(
        steps.Refresh(),
        steps.Settle(),
        steps.ExpireTokens(),
        steps.Refresh(),
        steps.Settle(),
        steps.Break("banking.transactions", faults.PageSize(rows=10), times=0),
        steps.Break("banking.transactions", faults.Unauthorised(), skip=2),
        steps.Refresh(),
        steps.Settle(),
    ),
    probes=(probes.RenewsTokenOnce(), probes.HoldsEveryRow("transactions")),
)
