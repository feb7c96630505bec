"""Each kind of event arrives while the API is slow; a good receiver acknowledges every kind before it does the work."""

from fiskil_harness import Scenario, faults, probes, steps

SCENARIO = Scenario(
    practices=("webhooks.asynchronous",),
    steps=(
        steps.Authorise(),
        steps.Authorise(twin="b"),
        steps.DeliverOne("b.e0"),
        steps.WaitUntilIdle(),
        steps.InjectFault("*", faults.Latency(latency_ms=1200), times=0),
        steps.Deliver(),
        steps.Sync(),
        steps.Sync(twin="b"),
        steps.TouchConsent(),
        steps.Deliver(),
        steps.Revoke(),
        steps.Deliver(),
        steps.WaitForCall("*"),
        steps.LiftFaults(),
    ),
    probes=(probes.AcknowledgesPromptly(),),
)
