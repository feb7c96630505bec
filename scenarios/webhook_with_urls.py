"""Messages contain URLs in fields, headers and signatures; a good receiver calls none of them."""

from fiskil_harness import Scenario, probes, steps

SCENARIO = Scenario(
    practices=("server.webhooks-validated-first",),
    steps=(
        steps.Authorise(),
        steps.Sync(),
        steps.Deliver(),
        steps.DeliverUrls(),
        steps.WaitUntilIdle(),
        steps.TouchConsent(),
        steps.Deliver(),
    ),
    probes=(probes.LeavesUrlsAlone(),),
)
