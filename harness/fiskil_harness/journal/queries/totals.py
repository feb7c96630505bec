"""Totals of rows that the app's state shows, such as the spending of each month, in whatever notation the app has."""

from collections import defaultdict
from collections.abc import Iterable, Iterator
from datetime import timedelta
from decimal import Decimal
from itertools import product
from typing import Any

from fiskil_harness.journal.queries.days import HOURS
from fiskil_harness.journal.queries.money_texts import amount_of
from fiskil_harness.journal.queries.page_balances import BALANCES
from fiskil_harness.journal.queries.retention import PENDING, dated
from fiskil_harness.journal.queries.rows import general_name

Row = dict[str, Any]

LEAST = Decimal(100)
"""A smaller amount may be in a state by chance."""
FEWEST_ROWS = 2
"""The amount of one row is no total."""
AMOUNTS = ("amount", *(field for fields in BALANCES.values() for field in fields))
GROUPING = ("account_id", "primary_category", "secondary_category", "merchant_name")
"""Fields by which apps add rows up."""
CENT = Decimal("0.01")
MOST_DIGITS = 20
"""An amount with more digits before the point is no total."""


def totals(rows: Iterable[Row]) -> set[Decimal]:
    """Return the totals that an app may compute from *rows* of one dataset, rounded to a cent and without their signs.

    The rows are added up as a whole, by account, by category, by merchant, by month, and by month and one of the others; all
    of them, or posted ones; and all amounts, the positive ones or the negative ones. Totals in whole dollars are left out: a
    limit or a goal that an end user chose may be equal to one.
    """
    groups: defaultdict[tuple[str, ...], list[Decimal]] = defaultdict(list)
    for row in rows:
        read = {name: amount_of(row.get(name)) for name in AMOUNTS}
        amounts = {
            name: amount
            for name, amount in read.items()
            if amount and amount.is_finite() and amount.adjusted() < MOST_DIGITS
        }
        for key, (name, amount) in product(_keys(row), amounts.items()):
            groups[name, *key].append(amount)
            if row.get("status") != PENDING:
                groups["posted", name, *key].append(amount)
    every = {total for group in groups.values() for total in _totals_of(group)}
    return {total for total in every if total >= LEAST and total % 1}


def amounts_at(state: Any) -> Iterator[tuple[str, Decimal]]:
    """Yield each amount in *state* without its sign, and the path to it, in which ``*`` stands for indexes and ids.

    An amount is rounded to a cent, because an app may add up binary fractions. An integer is read as cents, because totals
    in whole dollars are not compared.
    """
    stack: list[tuple[str, Any]] = [("$", state)]
    while stack:
        path, node = stack.pop()
        if isinstance(node, list):
            stack.extend((f"{path}[*]", value) for value in node)
            continue
        amount = amount_of(node)
        if amount is not None:
            if amount.is_finite() and amount.adjusted() < MOST_DIGITS:
                yield path, (abs(amount) / 100 if isinstance(node, int) else abs(amount)).quantize(CENT)
        elif isinstance(node, dict):
            stack.extend((f"{path}.{general_name(name)}", value) for name, value in node.items())


def first_name(path: str) -> str:
    """Return the beginning of *path* up to its first name, without indexes."""
    return ".".join(path.split(".")[:2]).removesuffix("[*]")


def _keys(row: Row) -> Iterator[tuple[str, ...]]:
    """Yield the groups of *row*, as names with the values that all rows of the group share."""
    groups: list[tuple[str, ...]] = [(), *((name, str(row[name])) for name in GROUPING if name in row)]
    date = dated(row)
    months = [(str(hours), f"{date + timedelta(hours=hours):%Y-%m}") for hours in HOURS] if date else []
    yield from groups
    for group, month in product(groups, months):
        yield *group, *month


def _totals_of(amounts: list[Decimal]) -> Iterator[Decimal]:
    for chosen in (amounts, [each for each in amounts if each > 0], [each for each in amounts if each < 0]):
        if len(chosen) >= FEWEST_ROWS:
            yield abs(sum(chosen, Decimal(0))).quantize(CENT)
