"""The end user disconnects in the app: the consent ends at Fiskil too, and messages that were under way revive nothing."""

from fiskil_harness import Scenario, probes, steps

SCENARIO = Scenario(
    practices=("cache.invalidated",),
    steps=(
        steps.Authorise(),
        steps.Deliver(),
        steps.Sync(),
        steps.Deliver(),
        steps.TouchConsent(),
        steps.Sync("transactions"),
        steps.Disconnect(),
        steps.Deliver(),
    ),
    probes=(probes.EndsConsentsAtFiskil(), probes.ForgetsEndedConsents()),
)
