"""The browser opens a callback again, after a cancellation and after a consent; a good integration changes nothing."""

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
    probes=(probes.StartsNewSession(), probes.ShowsNoServerError()),
)
