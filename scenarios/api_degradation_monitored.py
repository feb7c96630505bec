"""The API becomes slow, fails and recovers; a good integration's monitoring shows each change and returns to normal."""

from fiskil_harness import Scenario, faults, probes, steps

SCENARIO = Scenario(
    practices=("alerts.error-rate", "alerts.latency"),
    steps=(
        steps.Connect(),
        steps.WaitUntilIdle(),
        steps.ReadMonitoring("calm"),
        steps.StayIdle(seconds=0.5),
        steps.ReadMonitoring("idle"),
        steps.Refresh(),
        steps.WaitUntilIdle(),
        steps.ReadMonitoring("good"),
        steps.InjectFault("banking.transactions", faults.Latency(latency_ms=600)),
        steps.Refresh(),
        steps.WaitUntilIdle(),
        steps.ReadMonitoring("slow"),
        steps.LiftFaults(),
        steps.InjectFault("banking.*", faults.Status(status=503), times=0),
        steps.Refresh(),
        steps.WaitUntilIdle(),
        steps.ReadMonitoring("failing"),
        steps.LiftFaults(),
        steps.Refresh(),
        steps.WaitUntilIdle(),
        steps.ReadMonitoring("recovered"),
        steps.Refresh(),
        steps.WaitUntilIdle(),
        steps.ReadMonitoring("over"),
    ),
    probes=(probes.NoticesErrors(), probes.NoticesLatency()),
)
