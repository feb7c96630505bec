"""The acknowledgement is lost and Fiskil sends the message again; a good receiver applies it exactly once."""

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
        steps.LoseAcknowledgement("b.e0"),
        steps.LoseAcknowledgement("b.e3"),
        steps.LoseAcknowledgement("b.e3"),
        steps.LoseAcknowledgement("b.e3"),
        steps.LoseAcknowledgement("b.e3"),
        steps.Deliver(attempts=5),
    ),
    probes=(probes.LosesNothing(), probes.AppliesOnce()),
)
