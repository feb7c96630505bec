"""The API refuses an auth session when somebody presses the button; the page that says so tells no secret."""

from harness import Scenario, faults, probes, steps

SCENARIO = Scenario(
    practices=("credentials.not-in-frontend",),
    steps=(
        steps.WalkInBrowser(),
        steps.Deliver(),
        steps.Break("auth_session", faults.Status(status=403), times=0),
        steps.PressToLink(moment="failed", cause="an auth session refused"),
        steps.Mend(),
    ),
    probes=(probes.KeepsSecretsOffPages(),),
)
