"""The connection is lost right after the request is sent, and Fiskil retries; a good receiver applies the message once."""

from fiskil_harness import Scenario, probes, steps

SCENARIO = Scenario(
    practices=("webhooks.retries",),
    steps=(
        steps.Authorise(twin="a"),
        steps.WaitUntilIdle(),
        steps.Sync(twin="a"),
        steps.Deliver(),
        steps.Authorise(twin="c"),
        steps.Sync(twin="c"),
        steps.Deliver(),
        steps.WaitUntilIdle(),
        steps.Authorise(twin="b"),
        steps.Sync(twin="b"),
        steps.LoseConnection("b.e0"),
        steps.LoseConnection("b.e0", by="reset"),
        steps.LoseConnection("b.e3", by="reset"),
        steps.LoseConnection("b.e3"),
        steps.Deliver(attempts=5),
    ),
    probes=(probes.LosesNothing(), probes.AppliesOnce()),
)
