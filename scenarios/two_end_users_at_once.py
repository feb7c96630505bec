"""Two end users use the app at the same moment; a good integration shows each only their own data and loses none."""

from fiskil_harness import Scenario, faults, probes, steps

SCENARIO = Scenario(
    practices=("sandbox.many-end-users",),
    steps=(
        steps.AuthoriseEach(2),
        steps.SyncEach(2),
        steps.Deliver(),
        steps.WaitUntilIdle(),
        steps.InjectFault("banking.*", faults.Latency(latency_ms=100), times=0),
        steps.SyncEach(2, dataset="accounts"),
        steps.UseAppTogether(2),
        steps.WaitUntilIdle(),
        # These rows are announced by no event, so each end user's refresh must bring their own.
        steps.Change(kind="arrive_late"),
        steps.Change(kind="arrive_late", twin="p2"),
        steps.SyncEach(2, dataset="transactions"),
        steps.DropAll(),
        steps.UseAppTogether(2),
    ),
    probes=(probes.SeparatesConcurrentUsers(),),
)
