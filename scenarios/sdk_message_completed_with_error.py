"""A message has isCompleted true and an error in its redirectURL; a good integration shows no connection."""

from fiskil_harness import Scenario, probes, steps

SCENARIO = Scenario(
    practices=("edge.user-cancellation",),
    interpretations={"sdk.failure-form": "redirect-url"},
    steps=(
        steps.EmbedConsentPage(),
        steps.Cancel(at="code"),
        steps.Deny(at="login"),
        steps.Connect(),
    ),
    probes=(probes.StaysUnconnected(), probes.StartsNewSession(), probes.ShowsNoServerError()),
)
