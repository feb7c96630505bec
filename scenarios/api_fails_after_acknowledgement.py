"""The API fails after the app acknowledged a message; a good integration retries by itself, as Fiskil does not resend it."""

from fiskil_harness import Scenario, faults, probes, steps

SCENARIO = Scenario(
    practices=("webhooks.asynchronous",),
    steps=(
        steps.Authorise(twin="a"),
        steps.Settle(),
        steps.Sync(twin="a"),
        steps.Deliver(),
        steps.Authorise(twin="c"),
        steps.Sync(twin="c"),
        steps.Deliver(),
        steps.Settle(),
        steps.Authorise(twin="b"),
        steps.Sync(twin="b"),
        steps.DeliverOne("b.e0"),
        steps.Settle(),
        # More failures than one call is retried, and fewer than a patient app survives.
        steps.Break("banking.*", faults.Status(status=503), times=6),
        steps.DeliverOne("b.e3"),
        steps.Settle(),
        steps.Deliver(attempts=5),
    ),
    probes=(probes.LosesNothing(),),
)
