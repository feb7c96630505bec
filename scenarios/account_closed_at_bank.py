"""One of two accounts is closed at the bank between two syncs, and the app shows it as what it is now."""

from fiskil_harness import Scenario, probes, steps

SCENARIO = Scenario(
    practices=("data.changes-tolerated", "data.upsert"),
    steps=(
        steps.Authorise(),
        steps.Deliver(),
        steps.Sync(),
        steps.Deliver(),
        steps.CloseAccount("savings"),
        steps.Sync("accounts"),
        steps.Deliver(),
    ),
    probes=(probes.HoldsNewestValues("accounts"), probes.HoldsEveryRow("accounts")),
)
