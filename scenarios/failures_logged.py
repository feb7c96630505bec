"""Journeys and API calls fail in several ways; a good integration logs each failure and the successes between them."""

from fiskil_harness import Scenario, faults, probes, steps

SCENARIO = Scenario(
    practices=("errors.logged", "logs.api-calls"),
    steps=(
        steps.Cancel(at="login"),
        steps.Deny(at="accounts"),
        steps.MistypeCode(),
        steps.Conclude(outcome="upstream_failure"),
        steps.Connect(),
        steps.WaitUntilIdle(),
        steps.InjectFault("banking.*", faults.Status(status=500), times=0),
        steps.Refresh(),
    ),
    probes=(probes.LogsFailures(), probes.LogsApiCalls()),
)
