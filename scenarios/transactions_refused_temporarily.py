"""The API refuses transactions for a while; a good integration keeps its rows and updates them afterwards."""

from fiskil_harness import Scenario, faults, probes, steps

SCENARIO = Scenario(
    practices=("data.changes-tolerated",),
    steps=(
        steps.Connect(),
        steps.WaitUntilIdle(),
        steps.InjectFault("banking.transactions", faults.Status(status=422), times=0),
        steps.Change(kind="amend", nth=2),
        steps.Sync("transactions"),
        steps.Deliver(),
        steps.WaitUntilIdle(),
        steps.LiftFaults(),
        steps.Sync("transactions"),
        steps.Deliver(),
    ),
    probes=(probes.KeepsRefusedRows(), probes.HoldsNewestValues(), probes.HoldsEveryRow()),
)
