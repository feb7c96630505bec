"""A second consent is revoked while the app reads the details of this new consent; a good integration keeps it ended."""

from fiskil_harness import Scenario, probes, steps

SCENARIO = Scenario(
    practices=("cache.invalidated",),
    steps=(
        steps.Connect(),
        steps.WaitUntilIdle(),
        steps.Revoke(),
        steps.Deliver(),
        steps.WaitUntilIdle(),
        steps.Authorise(),
        steps.RevokeDuringCall(),
    ),
    probes=(probes.ForgetsEndedConsents(),),
)
