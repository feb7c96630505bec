"""The API refuses some calls with 429 and says when to come back; a good integration comes back then, and loses nothing."""

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
