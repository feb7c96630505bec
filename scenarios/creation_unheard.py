"""The answer to creating an end user gets lost; a good integration does not blindly create another one."""

from fiskil_harness import Scenario, faults, probes, steps

SCENARIO = Scenario(
    practices=("edge.network-errors",),
    steps=(
        steps.InjectFault("end_users.create", faults.ResetPeer(after_bytes=0)),
        steps.StartSession(),
        steps.Authorise(),
        steps.Deliver(),
    ),
    probes=(probes.RetriesInBounds(),),
)
