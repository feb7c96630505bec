"""Reads for a revoked consent return 403; a good integration tolerates this and still serves other end users in time."""

from fiskil_harness import Scenario, probes, steps

SCENARIO = Scenario(
    practices=("cache.webhook-driven",),
    interpretations={"data.ended-consent": "403"},
    steps=(
        steps.Connect(),
        steps.WaitUntilIdle(),
        steps.Sync("transactions"),
        steps.Revoke(),
        steps.Deliver(),
        steps.Connect(twin="other"),
    ),
    probes=(probes.ReadsAfterEvent(),),
)
