"""Each list has one row on a page, also the short ones; a good integration reads every list to its end."""

from fiskil_harness import Scenario, probes, steps

SCENARIO = Scenario(
    practices=("data.upsert", "edge.network-errors"),
    steps=(
        steps.LimitPages(rows=1),
        steps.Connect(),
    ),
    probes=(
        probes.HoldsEveryRow("accounts"),
        probes.HoldsEveryRow("balances"),
        probes.HoldsEveryRow("transactions"),
        probes.HoldsServedValues(),
    ),
)
