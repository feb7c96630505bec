"""Processing of a message fails once and succeeds later; a good integration logs the failure with the message's id."""

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
