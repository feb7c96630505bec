"""The bank grants accounts and balances but no transactions; a good integration reads what was granted and keeps working."""

from fiskil_harness import Scenario, probes, steps

SCENARIO = Scenario(
    practices=("data.changes-tolerated",),
    end_user="fewer_permissions",
    interpretations={"data.missing-permission": "403"},
    steps=(
        steps.Connect(),
        steps.WaitUntilIdle(),
        steps.CloseAccount("savings"),
        steps.Sync("accounts"),
        steps.DropAll(),
        steps.Refresh(),
    ),
    probes=(probes.RespectsReducedConsent(), probes.HoldsEveryRow("accounts"), probes.HoldsNewestValues("accounts")),
)
