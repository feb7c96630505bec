"""The other holder of a joint account agrees after the consent; a good integration adds the account with the next sync."""

from fiskil_harness import Scenario, faults, probes, steps

SCENARIO = Scenario(
    practices=("cache.webhook-driven",),
    end_user="hana",
    steps=(
        steps.Authorise(),
        steps.WithdrawSharing("household"),
        steps.Deliver(),
        steps.Sync(),
        steps.Deliver(),
        steps.WaitUntilIdle(),
        # The holder agrees while the accounts are being read, so that reading does not contain the account.
        steps.SyncThrough(faults.Latency(latency_ms=800), "accounts"),
        steps.WaitForCall("banking.accounts"),
        steps.ApproveSharing("household"),
        steps.Sync(),
        steps.Deliver(),
    ),
    probes=(probes.ReadsAfterEvent(), probes.HoldsEveryRow("accounts"), probes.HoldsEveryRow("transactions")),
)
