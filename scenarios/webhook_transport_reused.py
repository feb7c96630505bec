"""A refused body reads like a request, and a genuine one follows on the same connection: nobody takes one for the other."""

from fiskil_harness import Scenario, probes, steps

SCENARIO = Scenario(
    practices=("webhooks.prompt-2xx",),
    steps=(
        steps.Authorise(),
        steps.Sync(),
        steps.Deliver(),
        steps.RefuseThenReuse(),
        steps.TouchConsent(),
        steps.Deliver(),
    ),
    probes=(probes.ResistsRequestSmuggling(),),
)
