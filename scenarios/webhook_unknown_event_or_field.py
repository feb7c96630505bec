"""Messages have an unknown event, a new field or a missing one; a good receiver acknowledges each."""

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
