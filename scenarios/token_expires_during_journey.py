"""The token expires before the end user or the auth session is created; a good integration renews it and continues."""

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
