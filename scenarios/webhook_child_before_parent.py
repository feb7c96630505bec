"""An update and the data of a consent arrive before consent.received; a good receiver loses neither."""

from fiskil_harness import Scenario, probes, steps

SCENARIO = Scenario(
    practices=("webhooks.retries",),
    steps=(
        steps.Authorise(twin="a"),
        steps.TouchConsent(twin="a"),
        steps.Sync(twin="a"),
        steps.Deliver(attempts=5),
        steps.Authorise(twin="c"),
        steps.TouchConsent(twin="c"),
        steps.Sync(twin="c"),
        steps.Deliver(attempts=5),
        steps.Authorise(twin="b"),
        steps.TouchConsent(twin="b"),
        steps.Sync(twin="b"),
        steps.DeliverEach(("consent.updated", "banking.accounts.sync.completed"), twin="b"),
        steps.WaitUntilIdle(),
        steps.DeliverEach(("consent.received",), twin="b"),
        steps.Deliver(attempts=5),
    ),
    probes=(probes.LosesNothing(), probes.IgnoresDeliveryOrder()),
)
