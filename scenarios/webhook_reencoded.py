"""Genuine messages come in other bytes that say the same: indented, reordered, escaped, under other header letters."""

from fiskil_harness import Scenario, probes, steps

SCENARIO = Scenario(
    practices=("webhooks.signature",),
    steps=(
        steps.Authorise(),
        steps.Sync(),
        steps.Deliver(),
        steps.SpellEverySignature("e0"),
        steps.ReencodeEvery(),
        steps.TouchConsent(),
        steps.Deliver(),
    ),
    probes=(probes.AcknowledgesGenuine(),),
)
