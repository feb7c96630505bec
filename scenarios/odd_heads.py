"""Answers have hints before them, and heads that are long, doubled or written carelessly."""

from harness import Scenario, faults, probes, steps

SCENARIO = Scenario(
    practices=("edge.network-errors",),
    steps=(
        steps.Authorise(),
        steps.Deliver(),
        steps.Sync(),
        steps.Deliver(),
        steps.Settle(),
        steps.Break("banking.accounts", faults.EarlyHints(count=2)),
        steps.Break("banking.balances", faults.ManyHeaders(count=50)),
        steps.Break("banking.transactions", faults.EarlyHints(count=1)),
        steps.Sync(),
        steps.Deliver(),
        steps.Settle(),
        steps.Change(what="repeat", nth=2),
        steps.Break("banking.accounts", faults.HugeHeader(size_bytes=200_000)),
        steps.Break("banking.balances", faults.HeaderTwice()),
        steps.Break("banking.transactions", faults.BareLineFeeds()),
        steps.Sync(),
        steps.Deliver(),
    ),
    probes=(probes.HoldsEveryRow("transactions"), probes.RetriesInBounds()),
)
