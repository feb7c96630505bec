"""Revocations fail for eight seconds after the end user disconnected; a good integration gives up or pauses longer."""

from fiskil_harness import Scenario, faults, probes, steps

SCENARIO = Scenario(
    practices=("edge.network-errors",),
    steps=(
        steps.Connect(),
        steps.WaitUntilIdle(),
        steps.InjectFault("consents.revoke", faults.Status(status=503), times=0),
        steps.Disconnect(),
        steps.StayIdle(seconds=8),
    ),
    probes=(probes.BacksOff(), probes.RetriesInBounds()),
)
