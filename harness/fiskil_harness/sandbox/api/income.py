"""``/v1/banking/income``: what comes in regularly, computed at each call from the transactions of the latest syncs."""

from datetime import date, timedelta

from fiskil_harness.sandbox.api.route import ApiRoute
from fiskil_harness.sandbox.api.serving import day, served_statement
from fiskil_harness.sandbox.api.wire import ApiRequest, ApiResponse, json_response
from fiskil_harness.sandbox.bank import income
from fiskil_harness.sandbox.bank.days import DAY
from fiskil_harness.sandbox.store import Store


def summary(store: Store, request: ApiRequest) -> ApiResponse:
    """Sources of income and their sum, from six months ago until today unless other days are asked for.

    Source: income.window, income.categories, data.date-only
    """
    rows = served_statement(store, request)
    today = store.clock.now().date()
    since, until = day(request, "from") or months_before(today, 6), day(request, "to") or today
    chosen = set(_every(request, "account_id"))
    wanted = set(_every(request, "categories")) or {"INCOME_SALARY"}
    fitting = rows.where(
        account_ids=chosen,
        categories=wanted,
        status="POSTED",
        since=since.toordinal() * DAY,
        until=(until.toordinal() + 1) * DAY - 1,
    )
    return json_response(income.income_of(fitting, since=since, until=until, categories=wanted))


def months_before(today: date, months: int) -> date:
    """The same day of an earlier month, or its last."""
    month = today.year * 12 + today.month - 1 - months
    first = date(month // 12, month % 12 + 1, 1)
    last = (first + timedelta(days=31)).replace(day=1) - timedelta(days=1)
    return first.replace(day=min(today.day, last.day))


def _every(request: ApiRequest, name: str) -> list[str]:
    """A parameter that may be repeated, under its name with or without brackets. Source: income.repeated"""
    return [value for value in (*request.every(name), *request.every(f"{name}[]")) if value]


ROUTES: tuple[ApiRoute, ...] = (
    ApiRoute("banking.income", "GET", "/v1/banking/income", summary, family="data", scope="api:banking"),
)
