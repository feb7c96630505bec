"""Every attempt for some events fails, so Fiskil discards them; asked to read everything again, the app is up to date."""

from harness import Scenario, probes, steps

SCENARIO = Scenario(
    practices=("edge.network-errors",),
    steps=(
        steps.Authorise(),
        steps.Deliver(),
        steps.Settle(),
        steps.Sync(),
        steps.KillApp(),
        steps.Deliver(attempts=6),
        steps.StartApp(),
        steps.Refresh(),
    ),
    probes=(probes.HoldsEveryRow("transactions"),),
)
