"""The start, an update and the end of a consent arrive in every order; a good receiver keeps an ended consent ended."""

from fiskil_harness import Scenario, probes, steps

SCENARIO = Scenario(
    practices=("webhooks.retries",),
    steps=(
        steps.ChangeConsentsUndelivered(twins=("a", "c", "b1", "b2", "b3", "b4", "b5")),
        steps.DeliverEach(("consent.received", "consent.updated"), twin="a"),
        steps.WaitUntilIdle(),
        steps.DeliverEach(("consent.revoked",), twin="a"),
        steps.DeliverEach(("consent.received", "consent.updated", "consent.revoked"), twin="c"),
        steps.DeliverEach(("consent.received", "consent.revoked", "consent.updated"), twin="b1"),
        steps.DeliverEach(("consent.updated", "consent.received", "consent.revoked"), twin="b2"),
        steps.DeliverEach(("consent.updated", "consent.revoked", "consent.received"), twin="b3"),
        steps.DeliverEach(("consent.revoked", "consent.received", "consent.updated"), twin="b4"),
        steps.DeliverEach(("consent.revoked", "consent.updated", "consent.received"), twin="b5"),
        steps.Deliver(attempts=5),
    ),
    probes=(probes.IgnoresDeliveryOrder(),),
)
