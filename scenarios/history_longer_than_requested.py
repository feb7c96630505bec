"""The bank has a year of transactions, on many pages; a good integration stores only rows that its requests select."""

from fiskil_harness import Scenario, probes, steps

SCENARIO = Scenario(
    practices=("history.limited",),
    end_user="walter",
    steps=(
        steps.LimitPages(rows=5),
        steps.Connect(),
    ),
    probes=(probes.ReadsLimitedHistory(),),
)
