"""TLS handshakes are reset, closed and left hanging before one succeeds; a good integration asks again and loses nothing."""

from harness import Scenario, faults, probes, steps

SCENARIO = Scenario(
    practices=("edge.network-errors",),
    steps=(
        steps.Authorise(),
        steps.Deliver(),
        steps.Settle(),
        steps.SpeakTls(),
        steps.Break("connection", faults.HandshakeReset()),
        steps.Break("connection", faults.HandshakeClose()),
        steps.Sync("transactions"),
        steps.Deliver(),
        steps.Settle(),
    ),
    probes=(probes.HoldsEveryRow("transactions"),),
)
