"""Linking fails before the auth session exists, or the institution denies it; a good page explains the failure in words."""

from fiskil_harness import Scenario, faults, probes, steps

SCENARIO = Scenario(
    practices=("errors.helpful",),
    steps=(
        steps.InjectFault("auth_session", faults.Latency(latency_ms=800), times=0),
        steps.InjectFault("auth_session", faults.Status(status=503), times=0),
        steps.PressConnect(moment="failed", cause="an API that is down"),
        steps.LiftFaults(),
        steps.InjectFault("auth_session", faults.Status(status=403), times=0),
        steps.PressConnect(moment="failed", cause="an auth session refused"),
        steps.LiftFaults(),
        steps.InjectFault("auth_session", faults.Status(status=429), times=0),
        steps.PressConnect(moment="failed", cause="too many requests"),
        steps.LiftFaults(),
        steps.FailInBrowser(outcome="denied"),
    ),
    probes=(probes.ShowsHelpfulErrors(),),
)
