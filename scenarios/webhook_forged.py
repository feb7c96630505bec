"""Forged messages report a revoked consent, in every known form of attack; a good receiver refuses each."""

from fiskil_harness import Scenario, probes, steps

SCENARIO = Scenario(
    practices=("webhooks.signature", "server.webhooks-validated-first"),
    steps=(
        # The control: the effect of a genuine revocation, on another end user.
        steps.Authorise(twin="control"),
        steps.Sync(twin="control"),
        steps.Deliver(),
        steps.Advance(seconds=1),
        steps.Revoke(twin="control"),
        steps.Deliver(),
        steps.Authorise(),
        steps.Sync(),
        steps.Deliver(),
        steps.ForgeEvery(kind="consent.revoked"),
        steps.IdleAfterForgeries(),
        steps.TouchConsent(),
        steps.Deliver(),
    ),
    probes=(probes.RefusesForgeries(), probes.AcknowledgesGenuine(), probes.ResponsesContainNoSecrets()),
)
