"""One end user's journeys fail in every way, then one succeeds; a good integration recovers from each failure."""

from fiskil_harness import Scenario, probes, steps

SCENARIO = Scenario(
    practices=("errors.graceful", "errors.logged"),
    steps=(
        steps.Cancel(at="login"),
        steps.Deny(at="login"),
        steps.MistypeCode(),
        steps.AttemptJourney(end_user="ines"),
        steps.AttemptJourney(end_user="uma"),
        steps.AttemptJourney(end_user="tuan"),
        steps.Conclude(outcome="upstream_failure", error_type="CONSENT_SOMETHING_NEW"),
        steps.Connect(),
    ),
    probes=(probes.StartsNewSession(), probes.ShowsNoServerError(), probes.LogsFailures()),
)
