"""Amounts are large, finer than a cent or minus zero; a good integration shows every digit."""

from fiskil_harness import Scenario, probes, steps

SCENARIO = Scenario(
    practices=("data.changes-tolerated", "data.upsert"),
    steps=(
        steps.LimitPages(rows=25),
        steps.Connect(),
        steps.WaitUntilIdle(),
        steps.Change(kind="amend", nth=1, amount="-90071992547409.93"),
        steps.Change(kind="amend", nth=3, amount="9007199254740.97"),
        steps.Change(kind="amend", nth=40, amount="-12.345678"),
        steps.Change(kind="amend", nth=60, amount="-0.00"),
        steps.Sync("transactions"),
        steps.Deliver(),
    ),
    probes=(probes.HoldsExactAmounts(), probes.HoldsEveryRow("transactions")),
)
