"""The embedded consent page posts every kind of failure and an unknown one; a good integration handles each message."""

from fiskil_harness import Scenario, probes, steps

SCENARIO = Scenario(
    practices=("errors.graceful", "edge.authentication-failure"),
    steps=(
        steps.EmbedConsentPage(),
        steps.Deny(at="accounts"),
        steps.MistypeCode(),
        steps.AttemptJourney(end_user="ines"),
        steps.AttemptJourney(end_user="uma"),
        steps.AttemptJourney(end_user="tuan"),
        steps.Conclude(outcome="terminated"),
        steps.Conclude(outcome="upstream_failure", error_type="CONSENT_SOMETHING_NEW"),
        steps.UnknownSdkMessage(),
        steps.Connect(),
    ),
    probes=(probes.StartsNewSession(), probes.ShowsNoServerError()),
)
