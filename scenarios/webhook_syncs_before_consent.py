"""The events of the first syncs arrive before the event of the consent; a good receiver has all data in the end."""

from fiskil_harness import Scenario, probes, steps

SCENARIO = Scenario(
    practices=("webhooks.retries",),
    steps=(
        steps.Authorise(twin="a"),
        steps.Sync(twin="a"),
        steps.Deliver(attempts=5),
        steps.Authorise(twin="c"),
        steps.Sync(twin="c"),
        steps.Deliver(attempts=5),
        steps.Authorise(twin="b"),
        steps.Sync(twin="b"),
        steps.Deliver(attempts=5, order="newest_first"),
    ),
    probes=(probes.LosesNothing(), probes.IgnoresDeliveryOrder()),
)
