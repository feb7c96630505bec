"""Answers are not what their encoding says, or lack their end, or are huge once unpacked."""

from harness import Scenario, faults, probes, steps

SCENARIO = Scenario(
    practices=("edge.network-errors",),
    steps=(
        steps.Authorise(),
        steps.Deliver(),
        steps.Sync(),
        steps.Deliver(),
        steps.Settle(),
        steps.Break("banking.accounts", faults.GzipLie()),
        steps.Break("banking.balances", faults.GzipTruncated()),
        steps.Break("banking.transactions", faults.GzipTruncated(keep_percent=80)),
        steps.Sync(),
        steps.Deliver(),
        steps.Settle(),
        steps.Break("banking.balances", faults.TruncatedJson()),
        steps.Break("banking.transactions", faults.GzipBomb(size_bytes=1_000_000)),
        steps.Sync(),
        steps.Deliver(),
    ),
    probes=(probes.ComesThrough(), probes.HoldsEveryRow("transactions"), probes.RetriesInBounds()),
)
