"""The token endpoint returns 403 for the key pair; a good integration stops trying and recovers once the key is valid."""

from fiskil_harness import Scenario, faults, probes, steps

SCENARIO = Scenario(
    practices=("edge.authentication-failure",),
    steps=(
        steps.Authorise(),
        steps.Deliver(),
        steps.Settle(),
        steps.Sync(),
        steps.ExpireTokens(),
        steps.Break("token", faults.KeyRefused(status=403), times=0),
        steps.Refresh(),
        steps.Mend(),
        steps.Restart(),
        steps.Refresh(),
    ),
    probes=(probes.StopsOnBadCredentials(),),
)
