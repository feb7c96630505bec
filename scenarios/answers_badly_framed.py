"""Answers end where they should not, in noise, or amid their chunks; a good integration reads again."""

from harness import Scenario, faults, probes, steps

SCENARIO = Scenario(
    practices=("edge.network-errors",),
    steps=(
        steps.Authorise(),
        steps.Deliver(),
        steps.Sync(),
        steps.Deliver(),
        steps.Settle(),
        steps.Break("banking.accounts", faults.Garbage()),
        steps.Break("banking.balances", faults.GarbageAfterHead()),
        steps.Break("banking.transactions", faults.TruncatedUntold(after_bytes=300)),
        steps.Sync(),
        steps.Deliver(),
        steps.Settle(),
        steps.Break("banking.accounts", faults.ChunksWithoutEnd()),
        steps.Break("banking.balances", faults.BadChunkSize()),
        steps.Break("banking.transactions", faults.LengthTooLong()),
        steps.Sync(),
        steps.Deliver(),
        steps.Settle(),
        steps.Change(what="repeat", nth=2),
        steps.Break("banking.accounts", faults.Trailers()),
        steps.Break("banking.balances", faults.SecondAnswer()),
        steps.Break("banking.transactions", faults.ChunkExtension()),
        steps.Sync(),
        steps.Deliver(),
    ),
    probes=(probes.ComesThrough(), probes.HoldsEveryRow("transactions"), probes.RetriesInBounds()),
)
