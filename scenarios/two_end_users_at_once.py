"""Four end users connect at the same moment, and two use the app; a good integration keeps them apart and loses nothing."""

from fiskil_harness import Scenario, faults, probes, steps

SCENARIO = Scenario(
    practices=("sandbox.many-end-users",),
    steps=(
        steps.Authorise(twin="earlier"),
        steps.InjectFault("*", faults.Latency(latency_ms=100), times=0),
        steps.AuthoriseTogether(4),
        steps.LiftFaults(),
        # Amounts and balances differ, so that a page without ids shows whose data it contains.
        steps.Change(kind="amend", amount="-6418.37", description="BOUGHT BY THE FIRST"),
        steps.Change(kind="amend", amount="-7926.51", description="BOUGHT BY THE SECOND", twin="p2"),
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
        steps.LiftFaults(),
        steps.WaitUntilIdle(),
        steps.RequestPagesOfOthers(),
    ),
    probes=(probes.SeparatesConcurrentUsers(),),
)
