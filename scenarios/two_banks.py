"""The end user shares data of two banks; a good integration adds the second consent and keeps the first."""

from fiskil_harness import Scenario, probes, steps

SCENARIO = Scenario(
    practices=("cache.webhook-driven", "scopes.essential-only", "consent.short", "history.limited"),
    steps=(
        steps.AuthoriseElsewhere(),
        steps.Deliver(),
        steps.Sync(),
        steps.Deliver(),
        steps.WaitUntilIdle(),
        steps.Connect(),
    ),
    probes=(
        probes.ReadsAfterEvent(),
        probes.HoldsEveryRow("accounts"),
        probes.HoldsEveryRow("transactions"),
        probes.RequestsDeclaredDataOnly(),
        probes.KeepsConsentsShort(),
        probes.ReadsLimitedHistory(),
    ),
)
