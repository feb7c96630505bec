"""The end user mistypes the one-time code until the institution gives up; a good integration shows no connection."""

from fiskil_harness import Scenario, probes, steps

SCENARIO = Scenario(
    practices=("edge.authentication-failure",),
    steps=(
        steps.MistypeCode(),
        steps.Connect(),
    ),
    probes=(probes.StaysUnconnected(), probes.StartsNewSession(), probes.ShowsNoServerError()),
)
