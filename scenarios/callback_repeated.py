"""The browser comes back twice, as after a reload: once more from a cancelled journey, once more from the consent."""

from fiskil_harness import Scenario, probes, steps

SCENARIO = Scenario(
    practices=("edge.user-cancellation", "errors.graceful"),
    steps=(
        steps.Cancel(at="login"),
        steps.ReturnAgain(),
        steps.Authorise(),
        steps.ReturnAgain(),
        steps.Deliver(),
        steps.Sync(),
        steps.Deliver(),
        steps.ReturnAgain(),
    ),
    probes=(probes.StartsAgainAfresh(), probes.ShowsNoServerError()),
)
