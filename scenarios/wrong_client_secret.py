"""The app starts with a client secret that no key has: it gives up politely, and works again with the right one."""

from fiskil_harness import Scenario, probes, steps

SCENARIO = Scenario(
    practices=("edge.authentication-failure",),
    steps=(
        steps.Authorise(),
        steps.Deliver(),
        steps.Sync(),
        steps.Deliver(),
        steps.WaitUntilIdle(),
        steps.ExpireTokens(),
        steps.RestartWithWrongSecret(),
        steps.Refresh(),
        steps.StayIdle(seconds=1),
        steps.Restart(),
        steps.Refresh(),
    ),
    probes=(probes.StopsOnBadCredentials(),),
)
