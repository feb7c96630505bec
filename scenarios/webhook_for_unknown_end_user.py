"""Messages name end users that do not exist, and two end users sync at once; a good receiver keeps each one's data apart."""

from fiskil_harness import Scenario, probes, steps

SCENARIO = Scenario(
    practices=("sandbox.many-end-users",),
    steps=(
        steps.Authorise(twin="third"),
        steps.Sync(twin="third"),
        steps.Deliver(),
        steps.Advance(seconds=1),
        steps.Revoke(twin="third"),
        steps.Deliver(),
        steps.Authorise(),
        steps.Authorise(twin="second"),
        steps.Sync(),
        steps.Sync(twin="second"),
        steps.DeliverTogether(),
        steps.Deliver(),
        steps.DeliverForeign(),
    ),
    probes=(probes.SeparatesEndUsers(),),
)
