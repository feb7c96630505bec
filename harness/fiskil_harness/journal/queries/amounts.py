"""Amounts that the API served for each row, in ordinary syncs and in responses that a fault changed."""

import json
from collections.abc import Iterable, Iterator
from decimal import Decimal, InvalidOperation
from typing import Any

from msgspec import Struct

from fiskil_harness.journal import Exchange, Journal, Rows, length_if_cut
from fiskil_harness.journal.queries.api_calls import bitten_by, reads
from fiskil_harness.journal.queries.rows import name_of_row, syncs

AMOUNT = "amount"
FAULTS = ("BigNumbers", "DuplicateKeys", "MoneyForm", "NotANumber")
"""Faults that change the text of amounts in a response."""

LARGE = Decimal(10) ** 9
CENTS = 2

Pairs = list[tuple[str, Any]]


class ServedAmounts(Struct, frozen=True):
    """Amounts that the API served for the rows of one dataset, by ``fiskil_id``.

    *all* has every amount of each row. *unusual* has only the unusual amounts: huge, with fractions of a cent, negative
    zero, or changed by a fault. *plain* has the amount of each row that only ever had one amount, an ordinary one. *since_s*
    is the time at which the first unusual amount was served. *is_partial* is True if the journal did not keep a response
    whole, so that further amounts are unknown. *labels* are the names of the rows for reports.
    """

    all: dict[str, set[Decimal]]
    unusual: dict[str, set[Decimal]]
    plain: dict[str, Decimal]
    since_s: float
    is_partial: bool
    labels: dict[str, str]

    def names(self, ids: Iterable[str], problem: str) -> tuple[str, ...]:
        """Return the line "name: *problem*" for each row in *ids*, sorted by name."""
        names = sorted(self.labels.get(fiskil_id, "a row that no sync served") for fiskil_id in ids)
        return tuple(f"{name}: {problem}" for name in names)


def served_amounts(journal: Journal, rows: Rows) -> ServedAmounts:
    """Return all amounts that the app could have read for the dataset and participant of *rows*."""
    of: dict[str, set[Decimal]] = {}
    odd: dict[str, set[Decimal]] = {}
    labels: dict[str, str] = {}
    moments: list[float] = []
    for at_s, row in ((sync.at_s, row) for sync in syncs(journal, rows.dataset, rows.participant) for row in sync.rows):
        fiskil_id = str(row["fiskil_id"])
        labels[fiskil_id] = name_of_row(row)
        amount = _decimal(row.get(AMOUNT))
        if amount is not None:
            of.setdefault(fiskil_id, set()).add(amount)
        if amount is not None and _is_odd(amount):
            odd.setdefault(fiskil_id, set()).add(amount)
            moments.append(at_s)
    changed = [call for call in bitten_by(journal, *FAULTS) if call in reads(journal, rows.dataset, rows.end_user_id)]
    for fiskil_id, amounts in (pair for call in changed for pair in _amounts_in(call)):
        of.setdefault(fiskil_id, set()).update(amounts)
        odd.setdefault(fiskil_id, set()).update(of[fiskil_id])
    moments += [call.at_s for call in changed]
    plain = {
        fiskil_id: next(iter(amounts)) for fiskil_id, amounts in of.items() if fiskil_id not in odd and len(amounts) == 1
    }
    is_partial = any(length_if_cut(call.response_body) for call in changed)
    return ServedAmounts(of, odd, plain, min(moments, default=0.0), is_partial, labels)


def _is_odd(amount: Decimal) -> bool:
    exponent = amount.as_tuple().exponent
    is_fine = isinstance(exponent, int) and exponent < -CENTS
    return abs(amount) >= LARGE or is_fine or (amount.is_zero() and amount.is_signed())


def _amounts_in(call: Exchange) -> Iterator[tuple[str, set[Decimal]]]:
    """Yield the ``fiskil_id`` and all amounts of each row in a response, including those of duplicate JSON keys.

    Yield nothing if the response is not JSON.
    """
    rows: list[Pairs] = []

    def record(pairs: Pairs) -> dict[str, Any]:
        rows.append(pairs)
        return dict(pairs)

    try:
        json.loads(call.response_body, parse_float=Decimal, object_pairs_hook=record)
    except (ValueError, RecursionError):
        return
    for pairs in rows:
        fiskil_id = next((str(value) for name, value in pairs if name == "fiskil_id"), "")
        if fiskil_id:
            amounts = (_decimal(value) for name, value in pairs if name == AMOUNT)
            yield fiskil_id, {amount for amount in amounts if amount is not None}


def _decimal(value: Any) -> Decimal | None:
    try:
        amount = Decimal(value) if isinstance(value, str | int | Decimal) else None
    except InvalidOperation:
        return None
    return amount if amount is not None and amount.is_finite() else None
