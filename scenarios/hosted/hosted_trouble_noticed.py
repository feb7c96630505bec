"""The hosted API becomes slow, fails and recovers; a good integration's monitoring shows each change."""

from fiskil_harness import Scenario, faults, probes, steps

SCENARIO = Scenario(
    practices=("alerts.error-rate", "alerts.latency"),
    steps=(
        steps.Refresh(),
        steps.Settle(),
        steps.ReadMonitors("calm"),
        steps.StayIdle(seconds=0.5),
        steps.ReadMonitors("idle"),
        steps.Refresh(),
        steps.Settle(),
        steps.ReadMonitors("good"),
        steps.Break("banking.transactions", faults.Latency(latency_ms=600)),
        steps.Refresh(),
        steps.Settle(),
        steps.ReadMonitors("slow"),
        steps.Mend(),
        steps.Break("banking.*", faults.Status(status=503), times=0),
        steps.Refresh(),
        steps.Settle(),
        steps.ReadMonitors("bad"),
        steps.Mend(),
        steps.Refresh(),
        steps.Settle(),
        steps.ReadMonitors("mended"),
    ),
    probes=(probes.NoticesErrors(), probes.NoticesLatency()),
)
