"""The key pair is refused with 403 when the token has died; the app stops trying, and works again once the key is good."""

from fiskil_harness import Scenario, faults, probes, steps

SCENARIO = Scenario(
    practices=("edge.authentication-failure",),
    steps=(
        steps.Authorise(),
        steps.Deliver(),
        steps.WaitUntilIdle(),
        steps.Sync(),
        steps.ExpireTokens(),
        steps.InjectFault("token", faults.KeyRefused(status=403), times=0),
        steps.Refresh(),
        steps.LiftFaults(),
        steps.Restart(),
        steps.Refresh(),
    ),
    probes=(probes.StopsOnBadCredentials(),),
)
