"""A consent comes, changes and goes, with news in between: the log has each message, and whose consent became what."""

from fiskil_harness import Scenario, probes, steps

SCENARIO = Scenario(
    practices=("logs.webhook-receipts", "logs.consent-lifecycle"),
    steps=(
        steps.Authorise(),
        steps.Deliver(),
        steps.Sync(),
        steps.TouchConsent(),
        steps.Deliver(),
        steps.Revoke(),
        steps.Deliver(),
    ),
    probes=(probes.LogsReceipts(), probes.LogsConsents()),
)
