"""The end user declines at the institution and returns in a real browser; a good page explains what to do next."""

from fiskil_harness import Scenario, probes, steps

SCENARIO = Scenario(
    practices=("errors.helpful",),
    steps=(steps.FailInBrowser(outcome="denied"),),
    probes=(probes.ShowsHelpfulErrors(),),
)
