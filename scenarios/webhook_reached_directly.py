"""Fiskil comes without cookies, tokens or patience for redirects: the receiver itself answers at the registered URL."""

from fiskil_harness import Scenario, probes, steps

SCENARIO = Scenario(
    practices=("webhooks.prompt-2xx",),
    steps=(
        steps.Authorise(),
        steps.Sync(),
        steps.Deliver(),
        steps.DeliverAsBrowser(),
    ),
    probes=(probes.IsReachedDirectly(),),
)
