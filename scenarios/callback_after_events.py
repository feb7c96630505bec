"""The events tell of a consent and of every row before the browser comes back, which undoes nothing."""

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
