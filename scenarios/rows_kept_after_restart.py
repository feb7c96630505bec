"""The app restarts after a sync; a good integration still shows every row, with every letter of its texts."""

from fiskil_harness import Scenario, probes, steps

SCENARIO = Scenario(
    practices=("data.upsert",),
    only_with=("app.command",),
    steps=(
        steps.Connect(),
        steps.WaitUntilIdle(),
        steps.Change(kind="amend", nth=0, description="CAFÉ ZOË \u2013 ÅRHUS"),
        steps.Change(kind="amend", nth=1, description="CAFÉ \u0645\u0642\u0647\u0649"),
        steps.Sync("transactions"),
        steps.Deliver(),
        steps.WaitUntilIdle(),
        steps.Restart(),
    ),
    probes=(
        probes.HoldsEveryRow("transactions"),
        probes.HoldsEveryRow("accounts"),
        probes.HoldsServedValues("transactions"),
    ),
)
