"""Two end users connect and one consent ends; a good integration puts no token, secret or personal data in a URL."""

from fiskil_harness import Scenario, probes, steps

SCENARIO = Scenario(
    practices=("tokens.not-logged",),
    steps=(
        steps.Authorise(),
        steps.Authorise(twin="b"),
        steps.Deliver(),
        steps.Sync(),
        steps.Sync(twin="b"),
        steps.Deliver(),
        steps.WaitUntilIdle(),
        steps.Refresh(),
        steps.Disconnect(),
        steps.Deliver(),
    ),
    probes=(probes.KeepsUrlsClean(),),
)
