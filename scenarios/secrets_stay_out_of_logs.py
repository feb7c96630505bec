"""The app works normally and then fails in several ways; a good integration logs no token, secret or account number."""

from fiskil_harness import Scenario, faults, probes, steps

SCENARIO = Scenario(
    practices=("tokens.not-logged",),
    steps=(
        steps.Connect(),
        steps.WaitUntilIdle(),
        steps.InjectFault("token", faults.Status(status=503)),
        steps.ExpireTokens(),
        steps.Refresh(),
        steps.InjectFault("banking.*", faults.ResetPeer(after_bytes=100)),
        steps.Refresh(),
        steps.InjectFault("banking.*", faults.Status(status=500)),
        steps.Refresh(),
        steps.RevokeKey(),
        steps.Refresh(),
        steps.Sync("transactions"),
        steps.Deliver(),
        steps.StayIdle(seconds=1),
        steps.AcceptKey(),
        steps.CollectOutputs(),
    ),
    probes=(probes.KeepsSecretsOutOfLogs(), probes.KeepsSecretsToItself()),
)
