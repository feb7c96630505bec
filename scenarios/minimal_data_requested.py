"""An end user shares data and everything syncs; a good integration requests and reads only what its use needs."""

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
    probes=(probes.RequestsDeclaredDataOnly(), probes.KeepsConsentsShort(), probes.ReadsLimitedHistory()),
)
