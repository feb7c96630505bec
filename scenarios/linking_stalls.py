"""The response with the auth session never arrives or never ends; a good page shows progress, and the failure in time."""

from fiskil_harness import Scenario, faults, probes, steps

SCENARIO = Scenario(
    practices=("loading.timeouts", "loading.link-progress"),
    steps=(
        steps.InjectFault("auth_session", faults.Stall(), times=0),
        steps.PressConnect(moment="stalled", cause="a response that stalls"),
        steps.LiftFaults(),
        steps.InjectFault("auth_session", faults.Drip(), times=0),
        steps.PressConnect(moment="stalled", cause="a response that arrives slowly"),
    ),
    probes=(probes.ReportsTimeouts(), probes.KeepsDeadline(), probes.ShowsProgress()),
)
