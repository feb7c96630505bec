"""A consent is received, updated and revoked, and data syncs; a good integration logs each message and consent change."""

from fiskil_harness import Scenario, probes, steps

SCENARIO = Scenario(
    practices=("logs.webhook-receipts", "logs.consent-lifecycle"),
    steps=(
        steps.Authorise(),
        steps.Deliver(),
        steps.WaitUntilIdle(),
        steps.Sync(),
        steps.TouchConsent(),
        steps.Deliver(),
        steps.WaitUntilIdle(),
        steps.Revoke(),
        steps.Deliver(),
    ),
    probes=(probes.LogsReceipts(), probes.LogsConsents()),
)
