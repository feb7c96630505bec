"""One of two revocations fails when the end user disconnects; a good integration revokes the consent on the next request."""

from fiskil_harness import Scenario, faults, probes, steps

SCENARIO = Scenario(
    practices=("edge.network-errors",),
    steps=(
        steps.AuthoriseElsewhere(),
        steps.Deliver(),
        steps.Sync(),
        steps.Deliver(),
        steps.WaitUntilIdle(),
        steps.Connect(),
        steps.WaitUntilIdle(),
        steps.InjectFault("consents.revoke", faults.Status(status=503), times=0, skip=1),
        steps.Disconnect(),
        # An app may end one consent for each request; then the fault acts on this one.
        steps.Disconnect(),
        steps.LiftFaults(),
        steps.Disconnect(),
        steps.Deliver(),
        steps.WaitUntilIdle(),
    ),
    probes=(probes.EndsConsentsAtFiskil(),),
)
