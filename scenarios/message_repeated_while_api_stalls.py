"""A message is repeated while its processing waits for a stalled API; a good receiver responds to the repetition at once."""

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
