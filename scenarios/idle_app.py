"""For eleven seconds nothing happens to end users before and after their first sync; a good integration does not poll."""

from fiskil_harness import Scenario, probes, steps

SCENARIO = Scenario(
    practices=("cache.no-excess-polling",),
    steps=(
        steps.Authorise(),
        steps.Sync(),
        steps.Deliver(),
        steps.WaitUntilIdle(),
        steps.Authorise(twin="unsynced"),
        steps.Deliver(),
        steps.WatchForPolling(),
    ),
    probes=(probes.PollsSparingly(),),
)
