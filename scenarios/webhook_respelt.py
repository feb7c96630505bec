"""A message comes again with its signature spelt another way, or beside headers that nobody signed: it is the same one."""

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
