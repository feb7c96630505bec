"""The API stalls while a message is worked on, and the message comes again: the repetition is answered at once."""

from fiskil_harness import Scenario, faults, probes, steps

SCENARIO = Scenario(
    practices=("webhooks.asynchronous",),
    steps=(
        steps.Authorise(),
        steps.Sync(),
        steps.Deliver(),
        steps.WaitUntilIdle(),
        steps.Sync("transactions"),
        steps.InjectFault("banking.*", faults.Stall(), times=2),
        steps.DeliverOne("e4"),
        steps.Retry("e4"),
        steps.Replay("e4"),
        steps.Deliver(attempts=5),
    ),
    probes=(probes.AcknowledgesPromptly(), probes.LosesNothing()),
)
