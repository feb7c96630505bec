"""All reads for three end users fail; a good integration processes the messages about others meanwhile."""

from fiskil_harness import Scenario, probes, steps

SCENARIO = Scenario(
    practices=("webhooks.retries",),
    steps=(
        steps.AuthoriseEach(5),
        steps.SyncEach(5),
        steps.Deliver(),
        steps.WaitUntilIdle(),
        steps.Sync(),
        steps.TouchConsent(),
        steps.Deliver(),
        steps.WaitUntilIdle(),
        # Together these are more messages than a usual pool has workers.
        steps.Sync(twin="p2"),
        steps.Sync(twin="p3"),
        steps.Sync(twin="p4"),
        steps.DeliverBesideFailingReads(failing=("p2", "p3", "p4"), bystander="p5"),
    ),
    probes=(probes.DelaysNoOtherEndUser(),),
)
