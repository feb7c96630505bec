"""The app is started without its webhook secret by mistake: it believes nobody, or does not start at all."""

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
    ),
    probes=(probes.RefusesForgeries(),),
)
