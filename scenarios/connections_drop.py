"""Connections are reset, closed without a word and cut short, each time once; a good integration reads again and has all."""

from harness import Scenario, faults, probes, steps

SCENARIO = Scenario(
    practices=("edge.network-errors",),
    steps=(
        steps.Authorise(),
        steps.Deliver(),
        steps.Sync(),
        steps.Deliver(),
        steps.Settle(),
        steps.Break("banking.accounts", faults.ResetBefore()),
        steps.Break("banking.balances", faults.EmptyResponse()),
        steps.Break("banking.transactions", faults.LimitBytes(after_bytes=200)),
        steps.Sync(),
        steps.Deliver(),
        steps.Settle(),
        steps.Break("banking.accounts", faults.ResetPeer(after_bytes=100)),
        steps.Break("banking.balances", faults.LimitAnswer(after_bytes=30)),
        steps.Break("banking.transactions", faults.EmptyResponse(), skip=1),
        steps.Sync(),
        steps.Deliver(),
    ),
    probes=(probes.ComesThrough(), probes.HoldsEveryRow("transactions"), probes.RetriesInBounds()),
)
