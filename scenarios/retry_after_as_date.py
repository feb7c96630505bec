"""The API returns Retry-After as a date; a good integration waits until then and loses nothing."""

from fiskil_harness import Scenario, faults, probes, steps

SCENARIO = Scenario(
    practices=("edge.network-errors",),
    steps=(
        steps.Connect(),
        steps.WaitUntilIdle(),
        steps.SyncThrough(faults.RetryAfter(form="http_date", wait_s=1)),
    ),
    probes=(probes.RespectsRetryAfter(), probes.RetriesBrokenReads(), probes.HoldsEveryRow("transactions")),
)
