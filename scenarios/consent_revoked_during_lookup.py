"""The consent is revoked while the app reads its details; a good integration does not save older details over the end."""

from fiskil_harness import Scenario, probes, steps

SCENARIO = Scenario(
    practices=("cache.invalidated",),
    steps=(
        steps.Connect(),
        steps.WaitUntilIdle(),
        steps.TouchConsent(),
        steps.RevokeDuringCall(),
    ),
    probes=(probes.ForgetsEndedConsents(),),
)
