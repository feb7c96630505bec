"""One of two accounts is closed at the bank between two syncs; a good integration shows it as closed."""

from fiskil_harness import Scenario, probes, steps

SCENARIO = Scenario(
    practices=("data.changes-tolerated", "data.upsert"),
    steps=(
        steps.Connect(),
        steps.CloseAccount("savings"),
        steps.Sync("accounts"),
        steps.Deliver(),
    ),
    probes=(probes.HoldsNewestValues("accounts"), probes.HoldsEveryRow("accounts")),
)
