"""A TLS handshake is never completed; a good integration gives up in time, then retries or reports the failure."""

from fiskil_harness import Scenario, faults, probes, steps

SCENARIO = Scenario(
    practices=("loading.timeouts", "edge.network-errors"),
    steps=(
        steps.Authorise(),
        steps.Deliver(),
        steps.WaitUntilIdle(),
        steps.ServeApiOverTls(),
        steps.InjectFault("connection", faults.HandshakeStall()),
        steps.Refresh(),
    ),
    probes=(probes.KeepsDeadline(),),
)
