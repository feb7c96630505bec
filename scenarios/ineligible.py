"""Somebody without an account that can be shared tries, and is not connected."""

from fiskil_harness import Scenario, probes, steps

SCENARIO = Scenario(
    practices=("edge.authentication-failure",),
    steps=(
        steps.AttemptJourney(end_user="ines"),
        steps.Authorise(),
        steps.Deliver(),
        steps.Sync(),
        steps.Deliver(),
    ),
    probes=(probes.StaysUnconnected(), probes.StartsAgainAfresh(), probes.ShowsNoServerError()),
)
