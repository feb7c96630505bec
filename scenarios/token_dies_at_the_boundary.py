"""The token dies exactly when it was said to: between two calls, with a request open, and while an answer is on its way."""

from fiskil_harness import Scenario, faults, probes, steps

SCENARIO = Scenario(
    practices=("tokens.expiry-handled", "edge.token-expiry"),
    steps=(
        steps.Authorise(),
        steps.Deliver(),
        steps.WaitUntilIdle(),
        steps.Sync(),
        steps.Advance(minutes=15),
        steps.Refresh(),
        steps.InjectFault("banking.balances", faults.AdvanceInFlight(seconds=900)),
        steps.Refresh(),
        steps.InjectFault("banking.transactions", faults.UnauthorisedLate()),
        steps.Refresh(),
    ),
    probes=(probes.RenewsTokenOnce(), probes.HoldsEveryRow("transactions")),
)
