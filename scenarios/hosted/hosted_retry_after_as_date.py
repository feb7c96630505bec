"""The hosted API returns Retry-After as a date; a good integration waits until then and loses nothing."""

from fiskil_harness import Scenario, faults, probes, steps

SCENARIO = Scenario(
    practices=("edge.network-errors",),
    steps=(
        steps.Refresh(),
        steps.WaitUntilIdle(),
        steps.InjectFault("banking.transactions", faults.RetryAfter(form="http_date", wait_s=1)),
        steps.Refresh(),
        steps.WaitUntilIdle(),
    ),
    probes=(probes.RespectsRetryAfter(), probes.HoldsEveryRow("transactions")),
)
