"""The browser comes back and says that a consent was given, but none was and no event ever comes; the real one works."""

from fiskil_harness import Scenario, probes, steps

SCENARIO = Scenario(
    practices=("edge.user-cancellation",),
    steps=(
        steps.ReturnWithoutConsent(),
        steps.WaitUntilIdle(),
        steps.Authorise(),
        steps.Deliver(),
        steps.Sync(),
        steps.Deliver(),
    ),
    probes=(probes.StaysUnconnected(), probes.StartsAgainAfresh()),
)
