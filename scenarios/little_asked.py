"""An end user shares, everything syncs and is read: nothing is asked for or read that the use does not need."""

from fiskil_harness import Scenario, probes, steps

SCENARIO = Scenario(
    practices=("scopes.essential-only", "consent.short", "history.limited"),
    steps=(
        steps.Authorise(),
        steps.Deliver(),
        steps.Sync("recent_transactions"),
        steps.Sync("basic_transactions"),
        steps.Sync(),
        steps.Deliver(),
    ),
    probes=(probes.AsksForLittle(), probes.KeepsConsentsShort(), probes.ReadsLimitedHistory()),
)
