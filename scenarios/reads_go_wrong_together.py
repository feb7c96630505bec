"""A read is refused, then every page of a list has another fault; a good integration keeps its rows and stores each one."""

from fiskil_harness import Scenario, faults, probes, steps

SCENARIO = Scenario(
    practices=("edge.network-errors", "data.changes-tolerated"),
    steps=(
        steps.LimitPages(rows=20),
        steps.Connect(),
        steps.WaitUntilIdle(),
        steps.InjectFault("banking.transactions", faults.Status(status=422), times=0),
        steps.Sync("transactions"),
        steps.Deliver(),
        steps.WaitUntilIdle(),
        steps.LiftFaults(),
        steps.Change(kind="amend", nth=2),
        steps.Change(kind="repeat", nth=3),
        # First, so that the rows that it repeats have no other fault.
        steps.InjectFault("banking.transactions", faults.Overlap(rows=4), times=0),
        steps.InjectFault("banking.transactions", faults.ExtraField(), times=0, page=1),
        steps.InjectFault("banking.transactions", faults.TruncatedJson(keep_percent=50), page=2),
        steps.InjectFault("banking.transactions", faults.UnknownEnum(field="type"), times=0, page=4),
        steps.Sync("transactions"),
        steps.Deliver(),
    ),
    probes=(
        probes.KeepsRefusedRows(),
        probes.HoldsEveryRow("transactions"),
        probes.HoldsNewestValues(),
        probes.RetriesInBounds(),
    ),
)
