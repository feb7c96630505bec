"""The embedded consent page posts every kind of failure and an unknown one; a good integration handles each message."""

from fiskil_harness import Scenario, probes, steps

SCENARIO = Scenario(
    practices=("errors.graceful", "edge.authentication-failure"),
    steps=(
        steps.Embed(),
        steps.Deny(at="accounts"),
        steps.MistypeCode(),
        steps.Attempt(end_user="ines"),
        steps.Attempt(end_user="uma"),
        steps.Attempt(end_user="tuan"),
        steps.TellUnknown(),
        steps.Authorise(),
        steps.Deliver(),
        steps.Sync(),
        steps.Deliver(),
    ),
    probes=(probes.StartsAgainAfresh(), probes.ShowsNoServerError()),
)
