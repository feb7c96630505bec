"""Genuine messages have other bytes with the same content: indented, reordered, escaped; a good receiver accepts each."""

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
        steps.Forge("random_signature"),
    ),
    probes=(probes.AcknowledgesGenuine(),),
)
