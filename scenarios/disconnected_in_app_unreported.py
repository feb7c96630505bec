"""The end user disconnects in the app, and Fiskil sends no event about it; a good integration ignores older news."""

from fiskil_harness import Scenario, probes, steps

SCENARIO = Scenario(
    practices=("cache.invalidated",),
    interpretations={"consents.own-revocation": "unreported"},
    steps=(
        steps.Connect(),
        steps.WaitUntilIdle(),
        steps.TouchConsent(),
        steps.Sync("transactions"),
        steps.Disconnect(),
        steps.Deliver(),
    ),
    probes=(probes.EndsConsentsAtFiskil(), probes.ForgetsEndedConsents()),
)
