"""Responses have early hints, or huge, repeated or carelessly written headers; a good integration stores every row."""

from fiskil_harness import Scenario, faults, probes, steps

SCENARIO = Scenario(
    practices=("edge.network-errors",),
    steps=(
        steps.Authorise(),
        steps.Deliver(),
        steps.Sync(),
        steps.Deliver(),
        steps.WaitUntilIdle(),
        steps.InjectFault("banking.transactions", faults.EarlyHints(count=2)),
        steps.Sync("transactions"),
        steps.Deliver(),
        steps.WaitUntilIdle(),
        steps.InjectFault("banking.transactions", faults.ManyHeaders(count=50)),
        steps.Sync("transactions"),
        steps.Deliver(),
        steps.WaitUntilIdle(),
        steps.InjectFault("banking.transactions", faults.DuplicateHeader()),
        steps.Sync("transactions"),
        steps.Deliver(),
        steps.WaitUntilIdle(),
        steps.InjectFault("banking.transactions", faults.BareLineFeeds()),
        steps.Sync("transactions"),
        steps.Deliver(),
        steps.WaitUntilIdle(),
        steps.InjectFault("banking.transactions", faults.HugeHeader(size_bytes=200_000)),
        steps.Change(what="repeat", nth=2),
        steps.Sync("transactions"),
        steps.Deliver(),
    ),
    probes=(probes.HoldsEveryRow("transactions"), probes.RetriesInBounds()),
)
