"""The app serves TLS; a good receiver accepts current TLS versions only and applies nothing sent over plain HTTP."""

from fiskil_harness import Scenario, probes, steps

SCENARIO = Scenario(
    practices=("webhooks.https",),
    steps=(
        steps.Authorise(),
        steps.Sync(),
        steps.Deliver(),
        steps.Settle(),
        steps.ServeTls(),
        steps.TryHandshakes(),
        steps.Advance(seconds=1),
        steps.Revoke(),
        steps.DeliverInPlain("e4"),
        steps.DeliverInPlain("e4", at="plain_port"),
        steps.Retry("e4"),
    ),
    probes=(probes.ServesHttpsOnly(),),
)
