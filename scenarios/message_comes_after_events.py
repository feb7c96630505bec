"""The events tell the app of a consent and of every row before its page passes the message on, which undoes nothing."""

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
