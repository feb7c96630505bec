"""Reads for a revoked consent return 403; a good integration tolerates this and still serves other end users in time."""

from fiskil_harness import Scenario, probes, steps

SCENARIO = Scenario(
    practices=("cache.webhook-driven",),
    interpretations={"data.ended-consent": "403"},
    steps=(
        steps.Authorise(),
        steps.Deliver(),
        steps.Sync(),
        steps.Deliver(),
        steps.WaitUntilIdle(),
        steps.Sync("transactions"),
        steps.Revoke(),
        steps.Deliver(),
        steps.Authorise(twin="other"),
        steps.Deliver(),
        steps.Sync(twin="other"),
        steps.Deliver(),
    ),
    probes=(probes.ReadsAfterEvent(),),
)
