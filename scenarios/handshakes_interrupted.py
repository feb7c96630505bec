"""One TLS handshake is reset and a later one closed; a good integration retries and applies every message."""

from fiskil_harness import Scenario, faults, probes, steps

SCENARIO = Scenario(
    practices=("edge.network-errors",),
    steps=(
        steps.Authorise(),
        steps.Deliver(),
        steps.WaitUntilIdle(),
        steps.ServeApiOverTls(),
        steps.InjectFault("connection", faults.HandshakeReset()),
        steps.Sync("accounts"),
        steps.Deliver(),
        steps.WaitUntilIdle(),
        steps.InjectFault("connection", faults.HandshakeClose()),
        steps.Sync("balances"),
        steps.Deliver(),
        steps.WaitUntilIdle(),
    ),
    probes=(probes.LosesNothing(), probes.HoldsEveryRow("accounts")),
)
