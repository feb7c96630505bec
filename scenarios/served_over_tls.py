"""The app serves TLS: what comes so is taken, in no old version, and what comes in plain HTTP moves nothing."""

from fiskil_harness import Scenario, probes, steps

SCENARIO = Scenario(
    practices=("webhooks.https",),
    steps=(
        steps.Authorise(),
        steps.Sync(),
        steps.Deliver(),
        steps.WaitUntilIdle(),
        steps.RestartAppOverTls(),
        steps.TryHandshakes(),
        steps.Advance(seconds=1),
        steps.Revoke(),
        steps.DeliverWithoutTls("e4"),
        steps.DeliverWithoutTls("e4", at="plain_port"),
        steps.Retry("e4"),
    ),
    probes=(probes.ServesHttpsOnly(),),
)
