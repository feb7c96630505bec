"""The end user consents and closes the tab before the browser is sent back; the event alone says that there is a consent."""

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
