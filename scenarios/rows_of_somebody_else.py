"""Among the rows is one of a consent that the end user never gave; it is kept from them, and their own are all there."""

from fiskil_harness import Scenario, faults, probes, steps

SCENARIO = Scenario(
    practices=("sandbox.many-end-users",),
    steps=(
        steps.LimitPages(rows=50),
        steps.Authorise(),
        steps.Deliver(),
        steps.InjectFault("banking.accounts", faults.ForeignRows(), times=0),
        steps.InjectFault("banking.transactions", faults.ForeignRows(), times=0),
        steps.Sync(),
        steps.Deliver(),
        steps.WaitUntilIdle(),
        steps.Refresh(),
    ),
    probes=(probes.KeepsForeignRowsOut(),),
)
