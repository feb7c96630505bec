"""The app reads everything twice; a good integration stores each row once, limits the history and logs its calls."""

from fiskil_harness import Scenario, faults, probes, steps

SCENARIO = Scenario(
    practices=("edge.network-errors", "history.limited", "tokens.not-logged", "logs.api-calls"),
    steps=(
        steps.Refresh(),
        steps.WaitUntilIdle(),
        steps.Refresh(),
        steps.WaitUntilIdle(),
        steps.InjectFault("banking.*", faults.Status(status=500), times=0),
        steps.Refresh(),
    ),
    probes=(
        probes.HoldsEveryRow("transactions"),
        probes.ReadsLimitedHistory(),
        probes.KeepsSecretsOutOfLogs(),
        probes.LogsApiCalls(),
    ),
)
