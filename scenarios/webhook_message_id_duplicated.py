"""Signed bodies contain message_id twice; a good receiver uses the same one of the two everywhere."""

from fiskil_harness import Scenario, probes, steps

SCENARIO = Scenario(
    practices=("webhooks.idempotent",),
    steps=(
        steps.Authorise(),
        steps.Sync(),
        steps.Deliver(),
        steps.RepeatIds(kind="consent.updated"),
        steps.WaitUntilIdle(),
    ),
    probes=(probes.UsesOneMessageId(),),
)
