"""Signed messages say message_id twice: whichever of the two a receiver takes, it takes the same one everywhere."""

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
    probes=(probes.RemembersWhatItApplies(),),
)
