"""The events for a consent and its rows arrive before the page's message; a good integration keeps the connection."""

from fiskil_harness import Scenario, probes, steps

SCENARIO = Scenario(
    practices=("edge.user-cancellation",),
    steps=(
        steps.EmbedConsentPage(),
        steps.AuthoriseWithoutCallback(),
        steps.Deliver(),
        steps.Sync(),
        steps.Deliver(),
        steps.WaitUntilIdle(),
        steps.ReturnLate(),
    ),
    probes=(probes.ConnectsOnConsent(), probes.ShowsNoServerError()),
)
