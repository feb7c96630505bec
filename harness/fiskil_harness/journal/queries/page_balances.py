"""Find balances of an end user's accounts in the text of a page, however the page formats amounts."""

import re
from collections.abc import Collection

from fiskil_harness.journal import Journal
from fiskil_harness.journal.queries.rows import latest_rows, name_of_row

_SEPARATOR = "[.,'\u2019 \u00a0\u202f]?"
_FIELDS = ("current_balance", "available_balance")
FEWEST_DIGITS = 5
"""Shorter amounts may appear in a page by chance, for example as a year."""


def shown_balances(journal: Journal, text: str, participant: str = "", *, consents: Collection[str]) -> set[str]:
    """Return the balances of *participant* from *consents* that *text* shows, as names of fields and rows.

    Amounts are compared by their digits, so their separators, sign and currency do not matter. Balances with a fraction of
    a cent and short amounts are left out.
    """
    rows = latest_rows(journal, "balances", participant)
    shown = set()
    for number, row in enumerate(rows.rows if rows else (), start=1):
        if row.get("arrangement_id") not in consents:
            continue
        for field in _FIELDS:
            amount = str(row.get(field) or "")
            digits = re.sub(r"\D", "", amount)
            is_comparable = re.fullmatch(r"-?\d+\.\d\d", amount) and len(digits) >= FEWEST_DIGITS
            if is_comparable and re.search(rf"(?<!\d){_SEPARATOR.join(digits)}(?!\d)", text):
                shown.add(f"{field.replace('_', ' ')} of {name_of_row(row, number)}")
    return shown
