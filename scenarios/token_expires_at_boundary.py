"""The token expires exactly on time: between, during and after requests; a good integration renews it once and retries."""

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
