"""Gateways respond instead of the API, and errors have status 200; a good integration retries and stores every row."""

from fiskil_harness import Scenario, faults, probes, steps

SCENARIO = Scenario(
    practices=("edge.network-errors",),
    steps=(
        steps.Authorise(),
        steps.Deliver(),
        steps.Sync(),
        steps.Deliver(),
        steps.Settle(),
        steps.Break("banking.transactions", faults.ErrorBody(status=502, told="html")),
        steps.Sync("transactions"),
        steps.Deliver(),
        steps.Settle(),
        steps.Break("banking.transactions", faults.ErrorBody(status=504, told="nothing")),
        steps.Sync("transactions"),
        steps.Deliver(),
        steps.Settle(),
        steps.Break("banking.transactions", faults.ErrorBody(status=500, told="cdr")),
        steps.Sync("transactions"),
        steps.Deliver(),
        steps.Settle(),
        steps.Break("banking.transactions", faults.ErrorInside(given="error")),
        steps.Sync("transactions"),
        steps.Deliver(),
        steps.Settle(),
        steps.Break("banking.transactions", faults.ErrorInside(given="empty")),
        steps.Sync("transactions"),
        steps.Deliver(),
        steps.Settle(),
        steps.Break("banking.transactions", faults.ErrorInside(given="null")),
        steps.Change(what="repeat", nth=2),
        steps.Sync("transactions"),
        steps.Deliver(),
    ),
    probes=(probes.ComesThrough(), probes.HoldsEveryRow("transactions"), probes.RetriesInBounds()),
)
