"""A message arrives again with a re-encoded signature or unsigned headers; a good receiver recognises the duplicate."""

from fiskil_harness import Scenario, probes, steps

SCENARIO = Scenario(
    practices=("webhooks.idempotent",),
    steps=(
        steps.Authorise(),
        steps.Sync(),
        steps.Deliver(),
        steps.RepeatInEverySpelling(),
        steps.WaitUntilIdle(),
    ),
    probes=(probes.RecognisesDuplicates(),),
)
