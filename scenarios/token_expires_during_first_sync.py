"""Tokens expire repeatedly during the first sync; a good integration renews each once and stores every row."""

from fiskil_harness import Scenario, faults, probes, steps

SCENARIO = Scenario(
    practices=("tokens.expiry-handled", "edge.token-expiry"),
    steps=(
        steps.LimitPages(rows=20),
        steps.Authorise(),
        steps.Deliver(),
        steps.WaitUntilIdle(),
        steps.SyncThrough(faults.ExpireTokens(), "accounts"),
        steps.InjectFault("banking.transactions", faults.ExpireTokens(), skip=1),
        steps.InjectFault("banking.transactions", faults.UnauthorisedLate(), skip=4),
        steps.Sync("transactions"),
        steps.Deliver(),
    ),
    probes=(probes.RenewsTokenOnce(), probes.HoldsEveryRow("transactions"), probes.LosesNothing()),
)
