"""The end user starts to connect in two tabs at the same moment; a good integration loses the consent of neither tab."""

from fiskil_harness import Scenario, faults, probes, steps

SCENARIO = Scenario(
    practices=("sandbox.many-end-users", "edge.user-cancellation"),
    only_with=("app.drive.start_session", "app.drive.refresh"),
    steps=(
        steps.InjectFault("*", faults.Latency(latency_ms=100), times=0),
        steps.AuthoriseInTwoTabs(),
        steps.LiftFaults(),
        steps.Deliver(),
        steps.Sync(),
        steps.Deliver(),
        steps.WaitUntilIdle(),
        steps.Refresh(),
        steps.WaitUntilIdle(),
        steps.Refresh(),
        steps.WaitUntilIdle(),
    ),
    probes=(probes.ReadsOwnEndUser(), probes.ConnectsOnConsent()),
)
