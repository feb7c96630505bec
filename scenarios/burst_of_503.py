"""The API is overloaded and returns 503 with Retry-After; a good integration waits that long and loses nothing."""

from fiskil_harness import Scenario, faults, probes, steps

SCENARIO = Scenario(
    practices=("edge.network-errors",),
    steps=(
        steps.Connect(),
        steps.WaitUntilIdle(),  # so that a single event starts the job that gets the Retry-After
        steps.SyncThrough(faults.Status(status=503, retry_after_s=1), times=2),
    ),
    probes=(probes.RespectsRetryAfter(), probes.RetriesInBounds(), probes.HoldsEveryRow("transactions")),
)
