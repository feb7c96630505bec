"""The work on a message fails once and is done later: the log says which message it was, and that it failed."""

from fiskil_harness import Scenario, probes, steps

SCENARIO = Scenario(
    practices=("webhooks.failures-logged",),
    steps=(
        steps.Authorise(),
        steps.Deliver(),
        steps.WaitUntilIdle(),
        steps.FailNext(at="midway"),
        steps.Sync("accounts"),
        steps.Deliver(),
        steps.WaitUntilIdle(),
    ),
    probes=(probes.LogsFailedProcessing(),),
)
