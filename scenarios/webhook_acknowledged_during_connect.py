"""Events arrive while the API is slow to open an auth session; a good receiver acknowledges them at once."""

from fiskil_harness import Scenario, faults, probes, steps

SCENARIO = Scenario(
    practices=("webhooks.asynchronous",),
    only_with=("app.drive.start_session",),
    steps=(
        steps.Connect(twin="other"),
        steps.WaitUntilIdle(),
        steps.TouchConsent(twin="other"),
        steps.InjectFault("auth_session", faults.Latency(latency_ms=2500)),
        steps.DeliverDuringConnect(),
    ),
    probes=(probes.AcknowledgesPromptly(),),
)
