"""Journeys fail in every way in a real browser, also in an unknown one; a good page explains each failure in words."""

from fiskil_harness import Scenario, probes, steps

SCENARIO = Scenario(
    practices=("errors.helpful",),
    steps=(
        steps.FailInBrowser(outcome="cancelled"),
        steps.FailInBrowser(outcome="denied"),
        steps.FailInBrowser(outcome="wrong_code"),
        steps.FailInBrowser(outcome="ineligible"),
        steps.FailInBrowser(outcome="upstream_failure"),
        steps.FailInBrowser(outcome="times_out"),
        steps.FailInBrowser(outcome="terminated"),
        steps.FailInBrowser(outcome="upstream_failure", error_type="CONSENT_SOMETHING_NEW"),
    ),
    probes=(probes.ShowsHelpfulErrors(),),
)
