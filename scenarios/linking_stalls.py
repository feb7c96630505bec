"""The answer that brings the auth session never comes, or drips for ever; a good page says in time that it did not work."""

from fiskil_harness import Scenario, faults, probes, steps

SCENARIO = Scenario(
    practices=("loading.timeouts",),
    steps=(
        steps.InjectFault("auth_session", faults.Stall(), times=0),
        steps.PressConnect(moment="stalled", cause="an answer that stalls"),
        steps.LiftFaults(),
        steps.InjectFault("auth_session", faults.Drip(), times=0),
        steps.PressConnect(moment="stalled", cause="an answer that drips"),
    ),
    probes=(probes.ReportsTimeouts(), probes.KeepsDeadline()),
)
