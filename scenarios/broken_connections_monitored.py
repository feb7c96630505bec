"""The API's connections break before each response, twice; a good integration's monitoring shows each failure."""

from fiskil_harness import Scenario, faults, probes, steps

SCENARIO = Scenario(
    practices=("alerts.error-rate",),
    only_with=("app.drive.refresh",),
    steps=(
        steps.Connect(),
        steps.WaitUntilIdle(),
        steps.ReadMonitoring("calm"),
        steps.StayIdle(seconds=0.5),
        steps.ReadMonitoring("idle"),
        steps.Refresh(),
        steps.WaitUntilIdle(),
        steps.ReadMonitoring("good"),
        steps.InjectFault("banking.*", faults.ResetPeer(), times=0),
        steps.Refresh(),
        steps.WaitUntilIdle(),
        steps.ReadMonitoring("failing"),
        steps.LiftFaults(),
        steps.Refresh(),
        steps.WaitUntilIdle(),
        steps.ReadMonitoring("recovered"),
        steps.InjectFault("banking.*", faults.ResetPeer(), times=0),
        steps.Refresh(),
        steps.WaitUntilIdle(),
        steps.ReadMonitoring("failing_again"),
        steps.LiftFaults(),
        steps.Refresh(),
        steps.WaitUntilIdle(),
        steps.ReadMonitoring("recovered_again"),
        steps.Refresh(),
        steps.WaitUntilIdle(),
        steps.ReadMonitoring("over"),
    ),
    probes=(probes.NoticesErrors(),),
)
