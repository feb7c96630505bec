"""The API is overloaded and returns 503 with Retry-After; a good integration waits that long and loses nothing."""

from fiskil_harness import Scenario, faults, probes, steps

SCENARIO = Scenario(
    practices=("edge.network-errors",),
    steps=(
        steps.Authorise(),
        steps.Deliver(),
        steps.Sync(),
        steps.Deliver(),
        steps.WaitUntilIdle(),  # so that one event alone starts the job that is told to wait
        steps.InjectFault("banking.transactions", faults.Status(status=503, retry_after_s=1), times=2),
        steps.Sync("transactions"),
        steps.Deliver(),
    ),
    probes=(probes.RespectsRetryAfter(), probes.RetriesInBounds(), probes.HoldsEveryRow("transactions")),
)
