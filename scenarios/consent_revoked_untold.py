"""The end user revokes the consent at the bank, and the event gets lost: the next refresh finds out, and nothing stays."""

from fiskil_harness import Scenario, probes, steps

SCENARIO = Scenario(
    practices=("cache.invalidated",),
    steps=(
        steps.Authorise(),
        steps.Deliver(),
        steps.Sync(),
        steps.Deliver(),
        steps.WaitUntilIdle(),
        steps.Revoke(),
        steps.DropAll(),
        steps.Refresh(),
    ),
    probes=(probes.ForgetsEndedConsents(),),
)
