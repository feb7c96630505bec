"""The auth session takes seconds to open; a good page shows at once that work is in progress."""

from fiskil_harness import Scenario, faults, probes, steps

SCENARIO = Scenario(
    practices=("loading.link-progress",),
    steps=(
        steps.InjectFault("auth_session", faults.Latency(latency_ms=3000)),
        steps.PressConnect(moment="waiting", cause="a slow auth session"),
    ),
    probes=(probes.ShowsProgress(),),
)
