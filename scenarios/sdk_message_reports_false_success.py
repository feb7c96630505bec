"""The consent page's message reports success without a consent or event; a good integration shows no connection."""

from fiskil_harness import Scenario, probes, steps

SCENARIO = Scenario(
    practices=("edge.user-cancellation",),
    steps=(
        steps.EmbedConsentPage(),
        steps.ReturnWithoutConsent(),
        steps.RepeatSdkMessage(),
        steps.WaitUntilIdle(),
        steps.Connect(),
    ),
    probes=(probes.StaysUnconnected(), probes.StartsNewSession()),
)
