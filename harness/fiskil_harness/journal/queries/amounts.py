"""Which amounts the API handed over for each row: those of every sync, and those of answers that a fault had spoilt."""

import json
from collections.abc import Iterable, Iterator
from decimal import Decimal, InvalidOperation
from typing import Any

from msgspec import Struct

from fiskil_harness.journal import BODY_KEPT, Exchange, Journal, Rows
from fiskil_harness.journal.queries.api_calls import bitten_by, reads
from fiskil_harness.journal.queries.rows import name_of_row

AMOUNT = "amount"
FAULTS = ("BigNumbers", "DuplicateKeys", "MoneyForm", "NotANumber")
"""Faults that change how amounts are written."""

LARGE = Decimal(10) ** 9
CENTS = 2

Pairs = list[tuple[str, Any]]


class Handed(Struct, frozen=True):
    """Amounts by ``fiskil_id``: all of them, the odd ones, and the one amount of rows that never had an odd one.

    ``since_s`` is when the first odd one was there. ``is_partial`` says that an answer was not kept whole, so there may have
    been others.
    """

    of: dict[str, set[Decimal]]
    odd: dict[str, set[Decimal]]
    plain: dict[str, Decimal]
    since_s: float
    is_partial: bool
    labels: dict[str, str]

    def names(self, ids: Iterable[str], what: str) -> tuple[str, ...]:
        """The rows by their names in the person's history, sorted."""
        return tuple(f"{name}: {what}" for name in sorted(self.labels.get(text, "a row of no sync") for text in ids))


def handed(journal: Journal, rows: Rows) -> Handed:
    """Everything that an app can know of the amounts of the dataset and participant of *rows*."""
    of: dict[str, set[Decimal]] = {}
    odd: dict[str, set[Decimal]] = {}
    labels: dict[str, str] = {}
    served = [
        each_rows
        for each_rows in journal.all(Rows)
        if (each_rows.dataset, each_rows.participant) == (rows.dataset, rows.participant)
    ]
    moments: list[float] = []
    for sync, row in ((rows, row) for rows in served for row in rows.rows):
        fiskil_id = str(row["fiskil_id"])
        labels[fiskil_id] = name_of_row(row)
        amount = _decimal(row.get(AMOUNT))
        if amount is not None:
            of.setdefault(fiskil_id, set()).add(amount)
        if amount is not None and _is_odd(amount):
            odd.setdefault(fiskil_id, set()).add(amount)
            moments.append(sync.at_s)
    spoilt = [call for call in bitten_by(journal, *FAULTS) if call in reads(journal, rows.dataset, rows.end_user_id)]
    for fiskil_id, amounts in (pair for call in spoilt for pair in _written(call)):
        of.setdefault(fiskil_id, set()).update(amounts)
        odd.setdefault(fiskil_id, set()).update(of[fiskil_id])
    moments += [call.at_s for call in spoilt]
    plain = {text: next(iter(amounts)) for text, amounts in of.items() if text not in odd and len(amounts) == 1}
    return Handed(of, odd, plain, min(moments, default=0.0), any(_is_cut(call) for call in spoilt), labels)


def _is_odd(amount: Decimal) -> bool:
    exponent = amount.as_tuple().exponent
    is_fine = isinstance(exponent, int) and exponent < -CENTS
    return abs(amount) >= LARGE or is_fine or (amount.is_zero() and amount.is_signed())


def _written(call: Exchange) -> Iterator[tuple[str, set[Decimal]]]:
    """Each row of an answer with every amount that it writes, twice written ones included; nothing where it is no JSON."""
    rows: list[Pairs] = []

    def noted(pairs: Pairs) -> dict[str, Any]:
        rows.append(pairs)
        return dict(pairs)

    try:
        json.loads(call.response_body, parse_float=Decimal, object_pairs_hook=noted)
    except (ValueError, RecursionError):
        return
    for pairs in rows:
        fiskil_id = next((str(value) for name, value in pairs if name == "fiskil_id"), "")
        if fiskil_id:
            found = (_decimal(value) for name, value in pairs if name == AMOUNT)
            yield fiskil_id, {amount for amount in found if amount is not None}


def _is_cut(call: Exchange) -> bool:
    return b"bytes, sha256" in call.response_body[-120:] and len(call.response_body) < BODY_KEPT


def _decimal(value: Any) -> Decimal | None:
    try:
        found = Decimal(value) if isinstance(value, str | int | Decimal) else None
    except InvalidOperation:
        return None
    return found if found is not None and found.is_finite() else None
