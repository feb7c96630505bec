"""The API fails after the app acknowledged a message; a good integration retries by itself, as Fiskil does not resend it."""

from fiskil_harness import Scenario, faults, probes, steps

SCENARIO = Scenario(
    practices=("webhooks.asynchronous",),
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
        steps.DeliverOne("b.e0"),
        steps.WaitUntilIdle(),
        # More failures than a client repeats a call for, and fewer than a patient app meets.
        steps.InjectFault("banking.*", faults.Status(status=503), times=6),
        steps.DeliverOne("b.e3"),
        steps.WaitUntilIdle(),
        steps.Deliver(attempts=5),
    ),
    probes=(probes.LosesNothing(),),
)
