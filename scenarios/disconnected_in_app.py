"""The end user disconnects in the app; a good integration revokes the consent at Fiskil and ignores late messages."""

from fiskil_harness import Scenario, probes, steps

SCENARIO = Scenario(
    practices=("cache.invalidated",),
    steps=(
        steps.Connect(),
        steps.TouchConsent(),
        steps.Sync("transactions"),
        steps.Disconnect(),
        steps.Deliver(),
    ),
    probes=(probes.EndsConsentsAtFiskil(), probes.ForgetsEndedConsents()),
)
