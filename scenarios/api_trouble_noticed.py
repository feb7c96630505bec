"""The API becomes slow, fails and recovers; a good integration's monitoring shows each change and returns to normal."""

from fiskil_harness import Scenario, faults, probes, steps

SCENARIO = Scenario(
    practices=("alerts.error-rate", "alerts.latency"),
    steps=(
        steps.Authorise(),
        steps.Deliver(),
        steps.Sync(),
        steps.Deliver(),
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
        steps.Refresh(),
        steps.Settle(),
        steps.ReadMonitors("over"),
    ),
    probes=(probes.NoticesErrors(), probes.NoticesLatency()),
)
