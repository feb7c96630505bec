"""The newest message arrives first and the oldest last; a good receiver ends in the same state as in order."""

from fiskil_harness import Scenario, probes, steps

SCENARIO = Scenario(
    practices=("webhooks.retries",),
    steps=(
        steps.Authorise(twin="a"),
        steps.Sync(twin="a"),
        steps.TouchConsent(twin="a"),
        steps.Change(kind="amend", twin="a"),
        steps.Sync("transactions", twin="a"),
        steps.Deliver(),
        steps.Authorise(twin="c"),
        steps.Sync(twin="c"),
        steps.TouchConsent(twin="c"),
        steps.Change(kind="amend", twin="c"),
        steps.Sync("transactions", twin="c"),
        steps.Deliver(),
        steps.Authorise(twin="b"),
        steps.Sync(twin="b"),
        steps.TouchConsent(twin="b"),
        steps.Change(kind="amend", twin="b"),
        steps.Sync("transactions", twin="b"),
        steps.Deliver(order="newest_first"),
    ),
    probes=(probes.IgnoresDeliveryOrder(),),
)
