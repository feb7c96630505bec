"""The beginning, a change and the end of a consent are told in each order that there is: what ended stays ended."""

from harness import Scenario, probes, steps

SCENARIO = Scenario(
    practices=("webhooks.retries",),
    steps=(
        steps.LiveThrough(twins=("a", "c", "b1", "b2", "b3", "b4", "b5")),
        steps.DeliverEach(("a.e0", "a.e1", "a.e2")),
        steps.DeliverEach(("c.e0", "c.e1", "c.e2")),
        steps.DeliverEach(("b1.e0", "b1.e2", "b1.e1")),
        steps.DeliverEach(("b2.e1", "b2.e0", "b2.e2")),
        steps.DeliverEach(("b3.e1", "b3.e2", "b3.e0")),
        steps.DeliverEach(("b4.e2", "b4.e0", "b4.e1")),
        steps.DeliverEach(("b5.e2", "b5.e1", "b5.e0")),
        steps.Deliver(attempts=5),
    ),
    probes=(probes.EndsLikeItsTwin(),),
)
