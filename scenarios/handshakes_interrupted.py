"""One TLS handshake is reset and a later one closed; a good integration retries and applies every message."""

from fiskil_harness import Scenario, faults, probes, steps

SCENARIO = Scenario(
    practices=("edge.network-errors",),
    steps=(
        steps.Authorise(),
        steps.Deliver(),
        steps.Settle(),
        steps.SpeakTls(),
        steps.Break("connection", faults.HandshakeReset()),
        steps.Sync("accounts"),
        steps.Deliver(),
        steps.Settle(),
        steps.Break("connection", faults.HandshakeClose()),
        steps.Sync("balances"),
        steps.Deliver(),
        steps.Settle(),
    ),
    probes=(probes.LosesNothing(), probes.HoldsEveryRow("accounts")),
)
