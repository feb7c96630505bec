"""Amounts are JSON numbers, appear twice or are NaN; a good integration shows only amounts that the API sent."""

from fiskil_harness import Scenario, faults, probes, steps

SCENARIO = Scenario(
    practices=("edge.network-errors",),
    steps=(
        steps.LimitPages(rows=25, pages=4),
        steps.Connect(),
        steps.WaitUntilIdle(),
        steps.Change(kind="amend", nth=30, amount="-90071992547409.93"),
        steps.InjectFault("banking.transactions", faults.DuplicateKeys(truth="last"), page=1),
        steps.InjectFault("banking.transactions", faults.NotANumber(token="NaN"), page=2),
        # An app may reject numbers each time, so they are on the last disturbed page.
        steps.InjectFault("banking.transactions", faults.MoneyForm(form="number"), times=0, page=3),
        steps.Sync("transactions"),
        steps.Deliver(),
        steps.WaitUntilIdle(),
        steps.LiftFaults(),
        steps.Sync("transactions"),
        steps.Deliver(),
    ),
    probes=(probes.HoldsExactAmounts(), probes.HoldsEveryRow("transactions")),
)
