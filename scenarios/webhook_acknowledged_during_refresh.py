"""Events arrive while the API is slow during an end user's refresh; a good receiver acknowledges them at once."""

from fiskil_harness import Scenario, faults, probes, steps

SCENARIO = Scenario(
    practices=("webhooks.asynchronous",),
    only_with=("app.drive.refresh",),
    steps=(
        steps.Connect(),
        steps.Connect(twin="other"),
        steps.WaitUntilIdle(),
        steps.TouchConsent(twin="other"),
        steps.InjectFault("banking.transactions", faults.Latency(latency_ms=2500)),
        steps.DeliverDuringRefresh(),
    ),
    probes=(probes.AcknowledgesPromptly(), probes.LosesNothing()),
)
