"""Twenty end users use the app at the same moment; a good integration keeps their data apart and loses none."""

from fiskil_harness import Scenario, faults, probes, steps

SCENARIO = Scenario(
    practices=("sandbox.many-end-users",),
    steps=(
        steps.AuthoriseEach(20),
        steps.SyncEach(20, dataset="accounts"),
        steps.Deliver(),
        steps.InjectFault("banking.*", faults.Latency(latency_ms=50), times=0),
        steps.SyncEach(20, dataset="accounts"),
        steps.UseAppTogether(20),
        steps.LiftFaults(),
        steps.Deliver(attempts=5),
    ),
    probes=(probes.SeparatesConcurrentUsers(),),
)
