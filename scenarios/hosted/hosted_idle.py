"""The app has read everything and nothing happens; a good integration does not poll the hosted API."""

from fiskil_harness import Scenario, probes, steps

SCENARIO = Scenario(
    practices=("cache.no-excess-polling",),
    steps=(
        steps.Refresh(),
        steps.WaitUntilIdle(),
        steps.StayIdle(),
    ),
    probes=(probes.PollsSparingly(),),
)
