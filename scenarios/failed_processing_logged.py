"""Processing of one message fails and another message is refused; a good integration logs both failures."""

from fiskil_harness import Scenario, probes, steps

SCENARIO = Scenario(
    practices=("webhooks.failures-logged",),
    steps=(
        steps.Authorise(),
        steps.Deliver(),
        steps.WaitUntilIdle(),
        steps.Sync("accounts"),
        steps.Deliver(),
        steps.WaitUntilIdle(),
        steps.FailNext(at="midway", otherwise="api"),
        steps.Sync("accounts"),
        steps.Deliver(),
        steps.WaitUntilIdle(),
        steps.FailNext(at="database", otherwise="forgeries"),
        steps.Sync("balances"),
        steps.Deliver(),
        steps.WaitUntilIdle(),
    ),
    probes=(probes.LogsFailedProcessing(),),
)
