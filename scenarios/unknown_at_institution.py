"""The institution does not know the e-mail address that was entered; a good integration shows no connection."""

from fiskil_harness import Scenario, probes, steps

SCENARIO = Scenario(
    practices=("edge.authentication-failure",),
    steps=(
        steps.AttemptJourney(end_user="nobody"),
        steps.Connect(),
    ),
    probes=(probes.StaysUnconnected(), probes.StartsNewSession(), probes.ShowsNoServerError()),
)
