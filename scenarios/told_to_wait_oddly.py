"""Retry-After says nothing of use: a past date, no number, less than nothing. The data is read all the same."""

from harness import Scenario, faults, probes, steps

SCENARIO = Scenario(
    practices=("edge.network-errors",),
    steps=(
        steps.Authorise(),
        steps.Deliver(),
        steps.Sync(),
        steps.Deliver(),
        steps.Settle(),
        steps.Break("banking.accounts", faults.RetryAfter(form="zero")),
        steps.Break("banking.balances", faults.RetryAfter(form="negative")),
        steps.Break("banking.transactions", faults.RetryAfter(form="garbage")),
        steps.Sync(),
        steps.Deliver(),
        steps.Settle(),
        steps.Break("banking.accounts", faults.RetryAfter(status=503, form="past_date")),
        steps.Break("banking.balances", faults.RetryAfter(status=503, form="fraction")),
        steps.Break("banking.transactions", faults.RetryAfter(status=503, form="empty")),
        steps.Sync(),
        steps.Deliver(),
    ),
    probes=(probes.ComesThrough(), probes.HoldsEveryRow("transactions"), probes.RetriesInBounds()),
)
