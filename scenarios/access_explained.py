"""Before linking starts, the page explains which data the app requests and why."""

from fiskil_harness import Scenario, probes, steps

SCENARIO = Scenario(
    practices=("ux.explains-access",),
    steps=(steps.ReadConnectPages(),),
    probes=(probes.ExplainsAccess(),),
)
