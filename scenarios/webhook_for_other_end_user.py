"""Messages name an unknown end user, or pair a consent with another end user; a good receiver changes no end user."""

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
        steps.DeliverMixed(consent_of="", end_user_of="second"),
    ),
    probes=(probes.SeparatesEndUsers(),),
)
