"""Income: transactions of the requested categories, per account and category, and their totals."""

from collections.abc import Iterable
from datetime import date, datetime
from decimal import Decimal
from itertools import pairwise
from statistics import median
from typing import Any

from fiskil_harness.core.model import Transaction
from fiskil_harness.sandbox.bank.rows_from_seed import CENT


def income_of(rows: Iterable[Transaction], *, since: date, until: date, categories: set[str]) -> dict[str, Any]:
    """Return sources and summary of the income between two days, both included.

    The period in the response reaches from the first to the last payment; without a payment, it is the requested period.
    Monthly values are per calendar month, from the month of the first payment to the month of the last.

    Source: income.period, income.months, income.posted
    """
    sources: dict[tuple[str, str, str], list[Transaction]] = {}
    counted = [row for row in rows if _counts(row, since, until, categories)]
    for row in sorted(counted, key=lambda row: (row.posting_date_time or "", row.key)):
        sources.setdefault((row.account_id, (row.category or {})["secondary_category"], row.currency), []).append(row)
    everything = [row for source_rows in sources.values() for row in source_rows]
    return {
        "income_sources": [_source(source_rows) for source_rows in sources.values()],
        "income_summary": _summary(everything, since, until),
    }


def _counts(row: Transaction, since: date, until: date, categories: set[str]) -> bool:
    if row.posting_date_time is None or row.category is None or row.category["secondary_category"] not in categories:
        return False
    return Decimal(row.amount) > 0 and since <= _day(row) <= until


def _source(rows: list[Transaction]) -> dict[str, Any]:
    first = rows[0]
    return {
        "account_id": first.account_id,
        "institution_id": first.institution_id,
        "category": (first.category or {})["secondary_category"],
        "currency": first.currency,
        "income_frequency": frequency([_day(row) for row in rows]),
        "income_total": _total(rows),
        "period_from": _day(first).isoformat(),
        "period_to": _day(rows[-1]).isoformat(),
        "total_transactions": len(rows),
        "transactions": [row.wire for row in rows],
    }


def frequency(days: list[date]) -> str:
    """Return the frequency of payments, from the median number of days between them; a single payment counts as monthly.

    Source: income.frequency
    """
    gaps = [(later - earlier).days for earlier, later in pairwise(days)]
    usual = median(gaps) if gaps else 30
    if usual <= 10:
        return "WEEKLY"
    return "BIWEEKLY" if usual <= 20 else "MONTHLY"


def _summary(rows: list[Transaction], since: date, until: date) -> dict[str, Any]:
    days = [_day(row) for row in rows] or [since, until]
    currencies = sorted({row.currency for row in rows})
    monthly = {currency: _monthly([row for row in rows if row.currency == currency]) for currency in currencies}
    return {
        "period_from": min(days).isoformat(),
        "period_to": max(days).isoformat(),
        "total_transactions": len(rows),
        "total": [
            {"currency": currency, "income_total": _total([row for row in rows if row.currency == currency])}
            for currency in currencies
        ],
        "monthly_avg": [
            {"currency": currency, "income_monthly": _money(sum(sums, Decimal(0)) / len(sums))}
            for currency, sums in monthly.items()
        ],
        "monthly_median": [
            {"currency": currency, "income_monthly": _money(median(sums))} for currency, sums in monthly.items()
        ],
    }


def _monthly(rows: list[Transaction]) -> list[Decimal]:
    """Return the income of each calendar month, with zero for empty months between the first and the last."""
    at = [_day(row).year * 12 + _day(row).month for row in rows]
    sums = dict.fromkeys(range(min(at), max(at) + 1), Decimal(0))
    for month, row in zip(at, rows, strict=True):
        sums[month] += Decimal(row.amount)
    return list(sums.values())


def _total(rows: list[Transaction]) -> str:
    return _money(sum((Decimal(row.amount) for row in rows), Decimal(0)))


def _money(amount: Decimal) -> str:
    return str(amount.quantize(CENT))


def _day(row: Transaction) -> date:
    """Return the day of a payment in UTC. Source: income.zone"""
    return datetime.fromisoformat(row.posting_date_time or "").date()
