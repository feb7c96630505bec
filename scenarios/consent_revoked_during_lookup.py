"""Consents are revoked while the app reads their details; a good integration does not save older details over the end."""

from fiskil_harness import Scenario, probes, steps

SCENARIO = Scenario(
    practices=("cache.invalidated",),
    steps=(
        steps.Authorise(),
        steps.RevokeDuringCall(),
        steps.WaitUntilIdle(),
        steps.Connect(),
        steps.WaitUntilIdle(),
        steps.TouchConsent(),
        steps.RevokeDuringCall(),
    ),
    probes=(probes.ForgetsEndedConsents(),),
)
