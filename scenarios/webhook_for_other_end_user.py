"""A signed message pairs a consent with another end user; a good receiver does not change the owner of the consent."""

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
        steps.DeliverMixed(consent_of="", end_user_of="second"),
    ),
    probes=(probes.SeparatesEndUsers(),),
)
