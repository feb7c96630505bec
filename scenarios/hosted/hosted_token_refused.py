"""Tokens expire early, one between two pages of a list; a good integration renews each once and loses nothing."""

from fiskil_harness import Scenario, faults, probes, steps

SCENARIO = Scenario(
    practices=("tokens.expiry-handled", "edge.token-expiry"),
    steps=(
        steps.Refresh(),
        steps.WaitUntilIdle(),
        steps.ExpireTokens(),
        steps.Refresh(),
        steps.WaitUntilIdle(),
        steps.InjectFault("banking.transactions", faults.PageSize(rows=10), times=0),
        steps.InjectFault("banking.transactions", faults.Unauthorised(), skip=2),
        steps.Refresh(),
        steps.WaitUntilIdle(),
    ),
    probes=(probes.RenewsTokenOnce(), probes.HoldsEveryRow("transactions")),
)
