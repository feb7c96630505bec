"""Before anything is asked for, the page that starts linking says which data, and what it is for."""

from fiskil_harness import Scenario, probes, steps

SCENARIO = Scenario(
    practices=("ux.explains-access",),
    steps=(steps.OpenPage(page="connect"),),
    probes=(probes.ExplainsAccess(),),
)
