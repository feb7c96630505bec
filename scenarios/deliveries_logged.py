"""A day's messages come in: the log has the message_id of each one that was acknowledged."""

from harness import Scenario, probes, steps

SCENARIO = Scenario(
    practices=("logs.webhook-receipts",),
    steps=(
        steps.Authorise(),
        steps.Deliver(),
        steps.Sync(),
        steps.Deliver(),
        steps.ConfirmAgain(),
        steps.Deliver(),
    ),
    probes=(probes.LogsReceipts(),),
)
