"""The API refuses the auth session, or is down, when somebody presses the button; a good page says so in words."""

from harness import Scenario, faults, probes, steps

SCENARIO = Scenario(
    practices=("errors.helpful",),
    steps=(
        steps.Break("auth_session", faults.Status(status=503), times=0),
        steps.PressToLink(moment="failed", cause="an API that is down"),
        steps.Mend(),
        steps.Break("auth_session", faults.Status(status=403), times=0),
        steps.PressToLink(moment="failed", cause="an auth session refused"),
    ),
    probes=(probes.ShowsHelpfulErrors(),),
)
