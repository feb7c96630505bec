"""A list once contains a row of a consent that the end user never gave; a good integration does not keep this row."""

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
        # An app may trust the API, but must not keep what later syncs lack.
        steps.LiftFaults(),
        steps.WaitUntilIdle(),
        steps.Sync(),
        steps.Deliver(),
    ),
    probes=(probes.KeepsForeignRowsOut(),),
)
