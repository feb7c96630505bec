"""Pages have an old version's shape, camel-case keys or deep nesting; a good integration is complete after the next sync."""

from fiskil_harness import Scenario, faults, probes, steps

SCENARIO = Scenario(
    practices=("edge.network-errors",),
    steps=(
        steps.LimitPages(rows=25, pages=4),
        steps.Connect(),
        steps.WaitUntilIdle(),
        # Only payments through the fast payment network differ in v1; on some dates, page 1 would have none.
        steps.Change(kind="arrive_today", merchant="Aiko Tanaka"),
        steps.Sync("transactions"),
        steps.Deliver(),
        steps.WaitUntilIdle(),
        steps.InjectFault("banking.transactions", faults.OldShape(version="v1"), page=1),
        steps.InjectFault("banking.transactions", faults.CamelCase(), page=2),
        steps.InjectFault("banking.transactions", faults.DeepNesting(levels=20_000), page=3),
        steps.Sync("transactions"),
        steps.Deliver(),
        steps.WaitUntilIdle(),
        steps.Sync("transactions"),
        steps.Deliver(),
    ),
    probes=(probes.HoldsEveryRow("transactions"), probes.RetriesInBounds()),
)
