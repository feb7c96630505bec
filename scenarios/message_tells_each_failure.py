"""The app embeds the consent page, whose message tells it of every way to fail, also of one that nobody knows yet."""

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
        steps.UnknownSdkMessage(),
        steps.Authorise(),
        steps.Deliver(),
        steps.Sync(),
        steps.Deliver(),
    ),
    probes=(probes.StartsAgainAfresh(), probes.ShowsNoServerError()),
)
