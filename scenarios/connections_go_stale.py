"""A kept-alive connection closes when the next request uses it; a good integration retries on a new connection."""

from fiskil_harness import Scenario, faults, probes, steps

SCENARIO = Scenario(
    practices=("edge.network-errors",),
    steps=(
        steps.Connect(),
        steps.WaitUntilIdle(),
        steps.InjectFault("connection", faults.StaleKeepalive(by="fin")),
        steps.Change(kind="repeat", nth=2),
        steps.Sync("transactions"),
        steps.Deliver(),
        steps.WaitUntilIdle(),
        steps.InjectFault("connection", faults.StaleKeepalive(by="rst")),
        steps.Change(kind="repeat", nth=4),
        steps.Sync("transactions"),
        steps.Deliver(),
    ),
    probes=(probes.HoldsEveryRow("transactions"),),
)
