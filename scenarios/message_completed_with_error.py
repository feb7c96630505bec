"""A message says that the journey is complete and carries the error in its address: nothing was shared."""

from fiskil_harness import Scenario, probes, steps

SCENARIO = Scenario(
    practices=("edge.user-cancellation",),
    interpretations={"sdk.failure-form": "redirect-url"},
    steps=(
        steps.EmbedConsentPage(),
        steps.Cancel(at="code"),
        steps.Deny(at="login"),
        steps.Authorise(),
        steps.Deliver(),
        steps.Sync(),
        steps.Deliver(),
    ),
    probes=(probes.StaysUnconnected(), probes.StartsAgainAfresh(), probes.ShowsNoServerError()),
)
