"""Fiskil discards events after all attempts failed; a good integration is up to date after a complete refresh."""

from fiskil_harness import Scenario, probes, steps

SCENARIO = Scenario(
    practices=("data.changes-tolerated",),
    steps=(
        steps.Connect(),
        steps.WaitUntilIdle(),
        steps.Change(kind="repeat", nth=2),
        steps.Change(kind="amend", nth=4),
        steps.Sync("transactions"),
        steps.KillApp(),
        steps.Deliver(attempts=6),
        steps.StartApp(),
        steps.Refresh(),
    ),
    probes=(probes.HoldsNewestValues(), probes.HoldsEveryRow("transactions")),
)
