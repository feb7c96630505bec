"""Somebody else writes that the consent was revoked, in every way that receivers have fallen for."""

from fiskil_harness import Scenario, probes, steps

SCENARIO = Scenario(
    practices=("webhooks.signature",),
    steps=(
        # What a genuine revocation looks like, shown by somebody else's.
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
        steps.TouchConsent(),
        steps.Deliver(),
    ),
    probes=(probes.RefusesForgeries(), probes.AcknowledgesGenuine(), probes.ResponsesContainNoSecrets()),
)
