"""Descriptions get accents, an emoji and Arabic letters; a good integration decodes them as UTF-8 and stores all."""

from fiskil_harness import Scenario, probes, steps

SCENARIO = Scenario(
    practices=("data.upsert",),
    steps=(
        steps.Connect(),
        steps.WaitUntilIdle(),
        steps.Change(kind="amend", nth=0, description="CAFÉ ZOË \u2013 ÅRHUS"),
        steps.Change(kind="amend", nth=1, description="MÜLLER SUSHI \U0001f363 BAR"),
        steps.Change(kind="amend", nth=2, description="CAFÉ \u0645\u0642\u0647\u0649"),
        steps.Sync("transactions"),
        steps.Deliver(),
    ),
    probes=(probes.HoldsServedValues("transactions"), probes.HoldsNewestValues()),
)
