"""The app's API key is revoked while the app runs; a good integration stops trying and recovers once the key is accepted."""

from fiskil_harness import Scenario, probes, steps

SCENARIO = Scenario(
    practices=("edge.authentication-failure",),
    steps=(
        steps.Connect(),
        steps.WaitUntilIdle(),
        steps.RevokeKey(),
        steps.Sync("transactions"),
        steps.Deliver(),
        steps.StayIdle(seconds=1, after_call="token"),
        steps.Refresh(),
        steps.AcceptKey(),
        steps.Restart(),
        steps.Refresh(),
    ),
    probes=(probes.StopsOnBadCredentials(),),
)
