"""The end user consents and closes the tab before the callback; a good integration connects on the event alone."""

from fiskil_harness import Scenario, probes, steps

SCENARIO = Scenario(
    practices=("edge.user-cancellation",),
    steps=(
        steps.AuthoriseWithoutCallback(),
        steps.Deliver(),
        steps.Sync(),
        steps.Deliver(),
    ),
    probes=(probes.ConnectsOnConsent(),),
)
