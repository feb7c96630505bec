"""The other holder of a joint account withdraws it; a good integration removes it with the next sync and keeps the rest."""

from fiskil_harness import Scenario, probes, steps

SCENARIO = Scenario(
    practices=("data.soft-delete",),
    end_user="hana",
    steps=(
        steps.Connect(),
        steps.WithdrawSharing("household"),
        steps.Sync(),
        steps.Deliver(),
    ),
    probes=(probes.DropsRemovedRows("transactions"), probes.DropsRemovedRows("accounts")),
)
