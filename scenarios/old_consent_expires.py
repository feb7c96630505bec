"""The end user gives a new consent before the old one expires; a good integration keeps the data of the new one."""

from fiskil_harness import Scenario, probes, steps

SCENARIO = Scenario(
    practices=("cache.invalidated",),
    steps=(
        steps.LimitConsents(days=1),
        steps.Connect(),
        steps.Advance(minutes=30),
        steps.LimitConsents(days=90),
        steps.Connect(),
        steps.WaitUntilIdle(),
        steps.Advance(minutes=23 * 60 + 45),
        steps.Deliver(),
    ),
    probes=(probes.KeepsOtherConsents(),),
)
