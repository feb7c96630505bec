"""The key has no scope for balances; a good integration skips only balances, and reads them once the scope is granted."""

from fiskil_harness import Scenario, faults, probes, steps

SCENARIO = Scenario(
    practices=("edge.authentication-failure",),
    steps=(
        steps.Connect(),
        steps.WaitUntilIdle(),
        steps.InjectFault("banking.balances", faults.Forbidden(), times=0),
        steps.Refresh(),
        steps.LiftFaults(),
        steps.Refresh(),
    ),
    probes=(probes.GivesUpOnRefusals(),),
)
