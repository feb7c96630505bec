"""Two end users connect, their data is read, a consent ends; no call names a token, a secret or a person in its address."""

from fiskil_harness import Scenario, probes, steps

SCENARIO = Scenario(
    practices=("tokens.not-logged",),
    steps=(
        steps.Authorise(),
        steps.Authorise(twin="b"),
        steps.Deliver(),
        steps.Sync(),
        steps.Sync(twin="b"),
        steps.Deliver(),
        steps.WaitUntilIdle(),
        steps.Refresh(),
        steps.Disconnect(),
        steps.Deliver(),
    ),
    probes=(probes.KeepsUrlsClean(),),
)
