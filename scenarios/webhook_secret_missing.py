"""The app starts without its webhook secret; a good receiver refuses every message or does not start."""

from fiskil_harness import Scenario, probes, steps

SCENARIO = Scenario(
    practices=("webhooks.signature",),
    steps=(
        steps.Authorise(twin="control"),
        steps.Sync(twin="control"),
        steps.Deliver(),
        steps.Advance(seconds=1),
        steps.Revoke(twin="control"),
        steps.Deliver(),
        steps.Authorise(),
        steps.Sync(),
        steps.Deliver(),
        steps.ForgeWithoutSecret(kind="consent.revoked"),
        steps.IdleAfterForgeries(),
    ),
    probes=(probes.RefusesForgeries(),),
)
