"""Four end users connect at the same moment; a good integration then refreshes the data of each of them."""

from fiskil_harness import Scenario, faults, probes, steps

SCENARIO = Scenario(
    practices=("sandbox.many-end-users",),
    only_with=("app.drive.start_session", "app.drive.refresh"),
    steps=(
        steps.InjectFault("*", faults.Latency(latency_ms=100), times=0),
        steps.AuthoriseTogether(4),
        steps.LiftFaults(),
        steps.Deliver(),
        steps.SyncEach(4),
        steps.Deliver(),
        steps.WaitUntilIdle(),
        steps.Refresh(),
        steps.WaitUntilIdle(),
        steps.Refresh(twin="p2"),
        steps.WaitUntilIdle(),
        steps.Refresh(twin="p3"),
        steps.WaitUntilIdle(),
        steps.Refresh(twin="p4"),
        steps.WaitUntilIdle(),
        steps.Refresh(),
        steps.WaitUntilIdle(),
        steps.Refresh(twin="p2"),
        steps.WaitUntilIdle(),
        steps.Refresh(twin="p3"),
        steps.WaitUntilIdle(),
        steps.Refresh(twin="p4"),
        steps.WaitUntilIdle(),
    ),
    probes=(probes.ReadsOwnEndUser(),),
)
