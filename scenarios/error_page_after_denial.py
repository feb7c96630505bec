"""The end user declines at the institution and comes back in a real browser; a good page says what now."""

from fiskil_harness import Scenario, probes, steps

SCENARIO = Scenario(
    practices=("errors.helpful",),
    steps=(steps.FailInBrowser(outcome="denied"),),
    probes=(probes.ShowsHelpfulErrors(),),
)
