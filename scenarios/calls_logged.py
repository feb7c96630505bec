"""The API answers well, then with errors: the log has a line for each endpoint that was called, and for each failure."""

from harness import Scenario, faults, probes, steps

SCENARIO = Scenario(
    practices=("logs.api-calls",),
    steps=(
        steps.Authorise(),
        steps.Deliver(),
        steps.Sync(),
        steps.Deliver(),
        steps.Settle(),
        steps.Break("banking.*", faults.Status(status=500), times=0),
        steps.Refresh(),
    ),
    probes=(probes.LogsApiCalls(),),
)
