"""Find balances and bills of an end user's accounts in the text of a page, however the page formats amounts."""

import re
from collections.abc import Collection

from fiskil_harness.journal import Journal
from fiskil_harness.journal.queries.rows import latest_rows, name_of_row

_SEPARATOR = "[.,'\u2019 \u00a0\u202f]?"
BALANCES = {
    "balances": ("current_balance", "available_balance"),
    "energy_balances": ("balance",),
    "invoices": ("invoice_amount",),
}
"""Fields with amounts that pages show, by dataset."""
FEWEST_DIGITS = 5
"""Shorter amounts may appear in a page by chance, for example as a year."""


def shown_balances(journal: Journal, text: str, participant: str = "", *, consents: Collection[str]) -> set[str]:
    """Return the balances of *participant* from *consents* that *text* shows, as names of fields and rows.

    Amounts are compared by their digits, so their separators, sign and currency do not matter. Balances with a fraction of
    a cent and short amounts are left out.
    """
    latest = {dataset: latest_rows(journal, dataset, participant) for dataset in BALANCES}
    numbered = [
        (dataset, number, row) for dataset, rows in latest.items() if rows for number, row in enumerate(rows.rows, 1)
    ]
    shown = set()
    for dataset, number, row in numbered:
        if row.get("arrangement_id") not in consents:
            continue
        for field in BALANCES[dataset]:
            amount = str(row.get(field) or "")
            if is_comparable(amount) and shows_amount(text, amount):
                shown.add(f"{field.replace('_', ' ')} of {name_of_row(row, number)}")
    return shown


def is_comparable(amount: str) -> bool:
    """Return True if *amount* has two decimal places, and enough digits to be found in a page."""
    return re.fullmatch(r"-?\d+\.\d\d", amount) is not None and len(_digits(amount)) >= FEWEST_DIGITS


def shows_amount(text: str, amount: str) -> bool:
    """Return True if *text* contains the digits of *amount*, with any separators, and not inside a longer number."""
    return re.search(rf"(?<!\d){_SEPARATOR.join(_digits(amount))}(?!\d)", text) is not None


def _digits(amount: str) -> str:
    return re.sub(r"\D", "", amount)
