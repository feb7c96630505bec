"""A window other than the consent page posts a cancellation and a success; a good integration ignores both."""

from fiskil_harness import Scenario, probes, steps

SCENARIO = Scenario(
    practices=("edge.user-cancellation",),
    steps=(
        steps.EmbedConsentPage(twin="a"),
        steps.EmbedConsentPage(twin="b"),
        steps.CloseTab(at="login", twin="a"),
        steps.CloseTab(at="login", twin="b"),
        steps.ForeignSdkMessage(result="cancelled", twin="a"),
        steps.ReturnToTab(attempt=1, then="cancel", twin="b"),
        steps.ForeignSdkMessage(result="approved", twin="a"),
        steps.Connect(twin="a"),
    ),
    probes=(probes.StaysUnconnected(), probes.TrustsConsentPageOnly()),
)
