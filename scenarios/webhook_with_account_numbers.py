"""Messages contain account numbers, are forged or follow a restart; a good receiver logs no account number or secret."""

from fiskil_harness import Scenario, probes, steps

SCENARIO = Scenario(
    practices=("tokens.not-logged",),
    steps=(
        steps.Authorise(),
        steps.Sync(),
        steps.Restart(),
        steps.Deliver(),
        steps.DeliverAccountNumbers(),
        steps.Forge("other_secret"),
        steps.Forge("junk_signature"),
        steps.WaitUntilIdle(),
        steps.TouchConsent(),
        steps.Deliver(),
        steps.CollectOutputs(),
    ),
    probes=(probes.KeepsSecretsOutOfLogs(), probes.KeepsSecretsToItself()),
)
