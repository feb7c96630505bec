"""One end user's browser opens the callback URL of another end user; a good integration connects neither because of it."""

from fiskil_harness import Scenario, probes, steps

SCENARIO = Scenario(
    practices=("edge.user-cancellation",),
    steps=(
        steps.Connect(twin="a"),
        steps.CloseTab(at="login", twin="b"),
        steps.ReturnAsOtherEndUser(of="a", twin="b"),
        steps.WaitUntilIdle(),
        steps.Authorise(twin="b"),
        steps.Deliver(),
    ),
    probes=(probes.StaysUnconnected(), probes.StartsNewSession()),
)
