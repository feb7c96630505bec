"""Nothing happens before the first sync and after the last; a good integration waits for events instead of polling."""

from fiskil_harness import Scenario, probes, steps

SCENARIO = Scenario(
    practices=("cache.no-excess-polling",),
    steps=(
        steps.Authorise(),
        steps.Deliver(),
        steps.StayIdle(seconds=2),
        steps.Sync(),
        steps.Deliver(),
        steps.StayIdle(),
    ),
    probes=(probes.PollsSparingly(),),
)
