"""The endpoint ``/v1/banking/income``: regular income, computed for each request from the latest synced transactions."""

from datetime import date, timedelta

from fiskil_harness.sandbox.api.serving import day, served_statement
from fiskil_harness.sandbox.api.wire import ApiRequest, ApiResponse, json_response
from fiskil_harness.sandbox.bank import income
from fiskil_harness.sandbox.bank.days import DAY
from fiskil_harness.sandbox.store import Store


def summary(store: Store, request: ApiRequest) -> ApiResponse:
    """Return the sources and the total of income; the default period is the last six months.

    Source: income.window, income.categories, data.date-only
    """
    rows = served_statement(store, request)
    today = store.clock.now().date()
    since, until = day(request, "from") or months_before(today, 6), day(request, "to") or today
    account_ids = set(_every(request, "account_id"))
    categories = set(_every(request, "categories")) or {"INCOME_SALARY"}
    fitting = rows.where(
        account_ids=account_ids,
        categories=categories,
        status="POSTED",
        since=since.toordinal() * DAY,
        until=(until.toordinal() + 1) * DAY - 1,
    )
    return json_response(income.income_of(fitting, since=since, until=until, categories=categories))


def months_before(today: date, months: int) -> date:
    """Return the day *months* months before *today*; in a shorter month, its last day."""
    month = today.year * 12 + today.month - 1 - months
    first = date(month // 12, month % 12 + 1, 1)
    last = (first + timedelta(days=31)).replace(day=1) - timedelta(days=1)
    return first.replace(day=min(today.day, last.day))


def _every(request: ApiRequest, name: str) -> list[str]:
    """Return all values of the query parameters *name* and *name* with ``[]`` appended. Source: income.repeated"""
    return [value for value in (*request.every(name), *request.every(f"{name}[]")) if value]
