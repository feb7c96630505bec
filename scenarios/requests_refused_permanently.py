"""The API refuses requests with statuses that no retry can fix; a good integration does not retry, and works afterwards."""

from fiskil_harness import Scenario, faults, probes, steps

SCENARIO = Scenario(
    practices=("edge.network-errors", "errors.graceful", "logs.api-calls"),
    steps=(
        steps.Connect(),
        steps.WaitUntilIdle(),
        steps.InjectFault("banking.*", faults.Status(status=422), times=0),
        steps.Sync(),
        steps.Deliver(),
        steps.WaitUntilIdle(),
        steps.LiftFaults(),
        steps.InjectFault("banking.*", faults.Status(status=410), times=0),
        steps.Sync(),
        steps.Deliver(),
        steps.WaitUntilIdle(),
        steps.LiftFaults(),
        steps.InjectFault("banking.*", faults.Status(status=400), times=0),
        steps.Sync(),
        steps.Deliver(),
        steps.WaitUntilIdle(),
        steps.LiftFaults(),
        # Messages that were given up must not hold anything back.
        steps.Change(kind="arrive_late"),
        steps.Sync(),
        steps.Deliver(),
        steps.WaitUntilIdle(),
        steps.InjectFault("auth_session", faults.Status(status=422), times=0),
        steps.StartSession(),
        steps.InjectFault("end_users.create", faults.Status(status=403), times=0),
        steps.StartSession(twin="other"),
    ),
    probes=(
        probes.RepeatsNoRefusals(),
        probes.LogsApiCalls(),
        probes.HoldsEveryRow(),
    ),
)
