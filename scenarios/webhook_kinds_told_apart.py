"""A consent begins, is changed, brings data and ends, told one after the other: only its end is taken for one."""

from fiskil_harness import Scenario, probes, steps

SCENARIO = Scenario(
    practices=("sandbox.webhook-delivery",),
    steps=(
        steps.Authorise(),
        steps.Deliver(),
        steps.TouchConsent(),
        steps.Deliver(),
        steps.Sync(),
        steps.Deliver(),
        steps.Advance(seconds=1),
        steps.Revoke(),
        steps.Deliver(),
    ),
    probes=(probes.DistinguishesEvents(),),
)
