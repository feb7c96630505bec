"""Links to next pages are paths or have plain brackets, and a page is small; a good integration reads every page."""

from fiskil_harness import Scenario, faults, probes, steps

SCENARIO = Scenario(
    practices=("edge.network-errors",),
    steps=(
        steps.LimitPages(rows=25, pages=4),
        steps.Authorise(),
        steps.Deliver(),
        steps.WaitUntilIdle(),
        steps.InjectFault("banking.transactions", faults.NextForm(form="relative"), page=1),
        steps.InjectFault("banking.transactions", faults.NextForm(form="plain"), page=2),
        steps.InjectFault("banking.transactions", faults.PageSize(rows=7), page=3),
        steps.Sync("transactions"),
        steps.Deliver(),
    ),
    probes=(probes.HoldsEveryRow("transactions"),),
)
