"""A TLS handshake is never completed; a good integration gives up in time, then retries or reports the failure."""

from fiskil_harness import Scenario, faults, probes, steps

SCENARIO = Scenario(
    practices=("loading.timeouts", "edge.network-errors"),
    steps=(
        steps.Authorise(),
        steps.Deliver(),
        steps.Settle(),
        steps.SpeakTls(),
        steps.Break("connection", faults.HandshakeStall()),
        steps.Refresh(),
    ),
    probes=(probes.KeepsDeadline(),),
)
