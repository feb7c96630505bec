"""A window other than the consent page posts a cancellation and a success; a good integration ignores both."""

from fiskil_harness import Scenario, probes, steps

SCENARIO = Scenario(
    practices=("edge.user-cancellation",),
    steps=(
        steps.Embed(twin="a"),
        steps.Embed(twin="b"),
        steps.Leave(at="login", twin="a"),
        steps.Leave(at="login", twin="b"),
        steps.TellFromElsewhere(says="cancelled", twin="a"),
        steps.ReturnToTab(attempt=1, then="cancel", twin="b"),
        steps.TellFromElsewhere(says="approved", twin="a"),
        steps.Authorise(twin="a"),
        steps.Deliver(),
        steps.Sync(twin="a"),
        steps.Deliver(),
    ),
    probes=(probes.StaysUnconnected(), probes.HeedsConsentPageOnly()),
)
