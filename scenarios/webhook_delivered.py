"""Every kind of event is delivered once, in order; a good receiver acknowledges and applies each."""

from fiskil_harness import Scenario, probes, steps

SCENARIO = Scenario(
    practices=("sandbox.webhook-delivery", "logs.webhook-receipts", "logs.consent-lifecycle"),
    steps=(
        steps.Authorise(),
        steps.Deliver(),
        steps.Sync(),
        steps.TouchConsent(),
        steps.Deliver(),
        steps.Advance(seconds=1),
        steps.Revoke(),
        steps.Deliver(),
    ),
    probes=(
        probes.AcknowledgesGenuine(),
        probes.LosesNothing(),
        probes.LogsReceipts(),
        probes.LogsConsents(),
    ),
)
