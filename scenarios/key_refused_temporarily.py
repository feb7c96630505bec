"""The token endpoint returns 403 for the key pair; a good integration stops trying and recovers once the key is valid."""

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
