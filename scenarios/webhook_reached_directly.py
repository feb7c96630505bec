"""Fiskil sends no cookie or token and follows no redirect; a good receiver responds itself at the registered URL."""

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
