"""A refused body contains a request, and a genuine request follows on the connection; a good receiver separates them."""

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
