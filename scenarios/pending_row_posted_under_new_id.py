"""A pending row is posted under another id, a second one vanishes; a good integration shows neither as pending."""

from fiskil_harness import Scenario, probes, steps

SCENARIO = Scenario(
    practices=("data.soft-delete",),
    interpretations={"data.pending-posted": "new"},
    steps=(
        steps.LimitPages(rows=25),
        steps.Connect(),
        steps.WaitUntilIdle(),
        steps.Change(kind="post"),
        steps.Change(kind="vanish"),
        steps.Change(kind="remove", nth=7),
        steps.Sync("transactions"),
        steps.Deliver(),
    ),
    probes=(probes.DropsRemovedRows(),),
)
