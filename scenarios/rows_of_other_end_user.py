"""A list contains a row of a consent that the end user never gave; a good integration shows only their own rows."""

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
