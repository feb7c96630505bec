"""The response to creating an end user is lost; a good integration does not create a second one without checking."""

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
