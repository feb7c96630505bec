"""An update and the data of a consent arrive before consent.received; a good receiver loses neither."""

from fiskil_harness import Scenario, probes, steps

SCENARIO = Scenario(
    practices=("webhooks.retries",),
    steps=(
        steps.Authorise(twin="a"),
        steps.ConfirmAgain(twin="a"),
        steps.Sync(twin="a"),
        steps.Deliver(attempts=5),
        steps.Authorise(twin="c"),
        steps.ConfirmAgain(twin="c"),
        steps.Sync(twin="c"),
        steps.Deliver(attempts=5),
        steps.Authorise(twin="b"),
        steps.ConfirmAgain(twin="b"),
        steps.Sync(twin="b"),
        steps.DeliverEach(("consent.updated", "banking.accounts.sync.completed"), twin="b"),
        steps.Settle(),
        steps.DeliverEach(("consent.received",), twin="b"),
        steps.Deliver(attempts=5),
    ),
    probes=(probes.LosesNothing(), probes.EndsLikeItsTwin()),
)
