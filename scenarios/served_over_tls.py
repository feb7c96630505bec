"""The app serves TLS; a good receiver accepts current TLS versions only and applies nothing sent over plain HTTP."""

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
