"""One of two banks is unreachable; a good integration keeps its data and reads the news of the other."""

from fiskil_harness import Scenario, probes, steps

SCENARIO = Scenario(
    practices=("data.changes-tolerated",),
    steps=(
        steps.AuthoriseElsewhere(),
        steps.Deliver(),
        steps.Sync(),
        steps.Deliver(),
        steps.WaitUntilIdle(),
        steps.Connect(),
        steps.WaitUntilIdle(),
        steps.BeginOutage(institution_id="40"),
        steps.Change(kind="amend", nth=2),
        steps.Sync("transactions"),
        steps.Deliver(),
    ),
    probes=(probes.HoldsNewestValues(), probes.HoldsEveryRow("transactions")),
)
