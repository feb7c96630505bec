"""The consent is revoked while its rows are being read; a good integration discards rows that arrive late."""

from fiskil_harness import Scenario, faults, probes, steps

SCENARIO = Scenario(
    practices=("cache.invalidated",),
    steps=(
        steps.Authorise(),
        steps.Deliver(),
        steps.Sync(),
        steps.Deliver(),
        steps.WaitUntilIdle(),
        steps.InjectFault("banking.accounts", faults.Latency(latency_ms=1500)),
        steps.Sync("accounts"),
        steps.Deliver(),
        steps.WaitForCall("banking.accounts"),
        steps.Revoke(),
        steps.Deliver(),
    ),
    probes=(probes.ForgetsEndedConsents(),),
)
