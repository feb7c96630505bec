"""Transactions are refused with 403 for a while though the consent stands: nobody insists, and work goes on afterwards."""

from fiskil_harness import Scenario, faults, probes, steps

SCENARIO = Scenario(
    practices=("edge.authentication-failure",),
    steps=(
        steps.Authorise(),
        steps.Deliver(),
        steps.Sync(),
        steps.Deliver(),
        steps.WaitUntilIdle(),
        steps.InjectFault("banking.transactions", faults.Status(status=403), times=0),
        steps.Sync("transactions"),
        steps.Deliver(),
        steps.Refresh(),
        steps.LiftFaults(),
        steps.Sync("transactions"),
        steps.Deliver(),
        steps.Refresh(),
    ),
    probes=(probes.RetriesInBounds(),),
)
