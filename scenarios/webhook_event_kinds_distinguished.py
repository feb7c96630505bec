"""A consent begins, changes, brings data and ends; a good receiver treats only the last event as its end."""

from fiskil_harness import Scenario, probes, steps

SCENARIO = Scenario(
    practices=("sandbox.webhook-delivery",),
    steps=(
        steps.Authorise(),
        steps.Deliver(),
        steps.TouchConsent(),
        steps.Deliver(),
        steps.Sync("accounts"),
        steps.Deliver(),
        steps.Sync("balances"),
        steps.Deliver(),
        steps.Sync("transactions"),
        steps.Deliver(),
        steps.Advance(seconds=1),
        steps.Revoke(),
        steps.Deliver(),
    ),
    probes=(probes.DistinguishesEvents(),),
)
