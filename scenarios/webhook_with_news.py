"""Fiskil tells something new: an event of an unknown kind, a field that was never there, one that is missing."""

from fiskil_harness import Scenario, probes, steps

SCENARIO = Scenario(
    practices=("webhooks.prompt-2xx",),
    steps=(
        steps.Authorise(),
        steps.Sync(),
        steps.Deliver(),
        steps.DeliverUnknownEvent(),
        steps.Reencode("extra_field"),
        steps.Reencode("no_account_ids"),
    ),
    probes=(probes.AcknowledgesGenuine(),),
)
