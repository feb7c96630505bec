"""The other holder of a joint account agrees after the consent; a good integration adds the account with the next sync."""

from fiskil_harness import Scenario, probes, steps

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
        steps.ApproveSharing("household"),
        steps.Sync(),
        steps.Deliver(),
    ),
    probes=(probes.ReadsAfterEvent(), probes.HoldsEveryRow("accounts"), probes.HoldsEveryRow("transactions")),
)
