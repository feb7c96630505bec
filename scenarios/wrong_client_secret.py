"""The app starts with an invalid client secret; a good integration stops trying and recovers with the correct one."""

from fiskil_harness import Scenario, probes, steps

SCENARIO = Scenario(
    practices=("edge.authentication-failure",),
    steps=(
        steps.Connect(),
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
