"""The events for a consent and all its rows arrive before the browser returns; a good integration keeps the connection."""

from fiskil_harness import Scenario, probes, steps

SCENARIO = Scenario(
    practices=("edge.user-cancellation",),
    steps=(
        steps.AuthoriseWithoutCallback(),
        steps.Deliver(),
        steps.Sync(),
        steps.Deliver(),
        steps.WaitUntilIdle(),
        steps.ReturnLate(),
    ),
    probes=(probes.ConnectsOnConsent(), probes.ShowsNoServerError()),
)
