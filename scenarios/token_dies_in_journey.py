"""The token dies on the way to a consent: before the end user is created, or between that and the auth session."""

from fiskil_harness import Scenario, faults, probes, steps

SCENARIO = Scenario(
    practices=("tokens.expiry-handled", "edge.token-expiry"),
    steps=(
        steps.InjectFault("end_users.create", faults.ExpireTokens()),
        steps.Authorise(),
        steps.InjectFault("auth_session", faults.ExpireTokens()),
        steps.Authorise(twin="second"),
        steps.Deliver(),
        steps.WaitUntilIdle(),
        steps.Sync(),
        steps.ExpireTokens(),
        steps.Deliver(),
    ),
    probes=(probes.RenewsTokenOnce(), probes.HoldsEveryRow("transactions")),
)
