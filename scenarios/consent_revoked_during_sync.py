"""The consent is revoked while its rows are being read; a good integration discards rows that arrive late."""

from fiskil_harness import Scenario, faults, probes, steps

SCENARIO = Scenario(
    practices=("cache.invalidated",),
    steps=(
        steps.Connect(),
        steps.WaitUntilIdle(),
        steps.SyncThrough(faults.Latency(latency_ms=1500), "accounts"),
        steps.WaitForCall("banking.accounts"),
        steps.Revoke(),
        steps.Deliver(),
    ),
    probes=(probes.ForgetsEndedConsents(),),
)
