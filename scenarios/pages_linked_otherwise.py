"""Links to next pages come as paths and with other brackets, and pages hold fewer rows than asked for."""

from fiskil_harness import Scenario, faults, probes, steps

SCENARIO = Scenario(
    practices=("edge.network-errors",),
    steps=(
        steps.LimitPages(rows=25),
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
