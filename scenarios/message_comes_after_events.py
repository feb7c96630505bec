"""The events tell the app of a consent and of every row before its page passes the message on, which undoes nothing."""

from fiskil_harness import Scenario, probes, steps

SCENARIO = Scenario(
    practices=("edge.user-cancellation",),
    steps=(
        steps.Embed(),
        steps.AuthoriseUnseen(),
        steps.Deliver(),
        steps.Sync(),
        steps.Deliver(),
        steps.Settle(),
        steps.ComeBackLate(),
    ),
    probes=(probes.ConnectsOnConsent(), probes.ShowsNoServerError()),
)
