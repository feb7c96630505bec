"""Find balances and bills of an end user's accounts in the text of a page, however the page formats amounts."""

import re
from collections.abc import Collection

from fiskil_harness.journal import Journal
from fiskil_harness.journal.queries.rows import latest_rows, name_of_row

_SEPARATOR = "[.,'\u2019 \u00a0\u202f]?"
_FIELDS = {
    "balances": ("current_balance", "available_balance"),
    "energy_balances": ("balance",),
    "invoices": ("invoice_amount",),
}
FEWEST_DIGITS = 5
"""Shorter amounts may appear in a page by chance, for example as a year."""


def shown_balances(journal: Journal, text: str, participant: str = "", *, consents: Collection[str]) -> set[str]:
    """Return the balances of *participant* from *consents* that *text* shows, as names of fields and rows.

    Amounts are compared by their digits, so their separators, sign and currency do not matter. Balances with a fraction of
    a cent and short amounts are left out.
    """
    latest = {dataset: latest_rows(journal, dataset, participant) for dataset in _FIELDS}
    numbered = [
        (dataset, number, row) for dataset, rows in latest.items() if rows for number, row in enumerate(rows.rows, 1)
    ]
    shown = set()
    for dataset, number, row in numbered:
        if row.get("arrangement_id") not in consents:
            continue
        for field in _FIELDS[dataset]:
            amount = str(row.get(field) or "")
            digits = re.sub(r"\D", "", amount)
            is_comparable = re.fullmatch(r"-?\d+\.\d\d", amount) and len(digits) >= FEWEST_DIGITS
            if is_comparable and re.search(rf"(?<!\d){_SEPARATOR.join(digits)}(?!\d)", text):
                shown.add(f"{field.replace('_', ' ')} of {name_of_row(row, number)}")
    return shown
