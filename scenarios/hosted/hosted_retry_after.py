"""The API returns 429 with Retry-After in seconds; a good integration waits that long and loses nothing."""

from fiskil_harness import Scenario, faults, probes, steps

SCENARIO = Scenario(
    practices=("edge.network-errors",),
    steps=(
        steps.Refresh(),
        steps.WaitUntilIdle(),
        steps.InjectFault("banking.transactions", faults.Status(status=429, retry_after_s=1), times=2),
        steps.Refresh(),
        steps.WaitUntilIdle(),
    ),
    probes=(probes.RespectsRetryAfter(), probes.RetriesInBounds(), probes.HoldsEveryRow("transactions")),
)
