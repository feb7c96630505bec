"""Signed messages arrive from an address that is not Fiskil's, once with false headers; a good receiver refuses them."""

from fiskil_harness import Scenario, probes, steps

SCENARIO = Scenario(
    practices=("webhooks.source-ip",),
    steps=(
        steps.Authorise(),
        steps.Sync(),
        steps.DeliverFromUnknownAddress("e0"),
        steps.Retry("e0"),
        # Another kind of event, because an app may check the address for some kinds only.
        steps.DeliverFromUnknownAddress("e3"),
        steps.Retry("e3"),
        steps.Deliver(),
        steps.Advance(seconds=1),
        steps.Revoke(),
        steps.DeliverFromUnknownAddress("e4", forwarded_for="127.0.0.1"),
        steps.Retry("e4"),
    ),
    probes=(probes.RefusesForeignAddresses(),),
)
