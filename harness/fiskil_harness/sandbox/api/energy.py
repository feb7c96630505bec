"""The endpoints under ``/v1/energy`` for a household's accounts, meters, reads and bills, as of the latest sync.

The responses are the same in all API versions.

Source: energy.versions
"""

from datetime import timedelta
from operator import attrgetter
from typing import Any

from fiskil_harness.sandbox.api.serving import day, listing, of_account, served
from fiskil_harness.sandbox.api.wire import ApiRequest, ApiResponse
from fiskil_harness.sandbox.store import Store


def usage(store: Store, request: ApiRequest) -> ApiResponse:
    """Return meter reads, filtered by service point and by the first day of the read.

    Source: energy.usage-dates, energy.filters
    """
    rows = _of_service_point(request, served(store, request, "usage"))
    oldest, newest = day(request, "read_start_date.oldest"), day(request, "read_start_date.newest")
    if oldest is not None:
        rows = [row for row in rows if row.read_start_date >= oldest.isoformat()]
    if newest is not None:
        last = newest if store.interpretation("energy.usage-dates") == "inclusive" else newest - timedelta(days=1)
        rows = [row for row in rows if row.read_start_date <= last.isoformat()]
    return listing(store, request, "usage", _in_order(store, rows, "read_start_date"))


def invoices(store: Store, request: ApiRequest) -> ApiResponse:
    """Return invoices, filtered by account, service point and invoice number; the path is singular, ``/invoice``.

    Source: energy.invoice-path, energy.filters
    """
    rows = of_account(store, request, served(store, request, "invoices"))
    point, number = request.query_value("service_point_id"), request.query_value("invoice_number")
    if point is not None:
        rows = [row for row in rows if point in row.service_points]
    if number is not None:
        rows = [row for row in rows if row.invoice_number == number]
    return listing(store, request, "invoices", _in_order(store, rows, "issue_date"))


def billing(store: Store, request: ApiRequest) -> ApiResponse:
    """Return charges and payments, filtered by account and by the number of their invoice. Source: energy.filters"""
    rows = of_account(store, request, served(store, request, "billing"))
    number = request.query_value("invoice_number")
    if number is not None:
        rows = [row for row in rows if _invoice_of(row) == number]
    return listing(store, request, "billing", _in_order(store, rows, "execution_date_time"))


def der(store: Store, request: ApiRequest) -> ApiResponse:
    """Return the distributed energy resources (solar panels, batteries). Source: energy.der-root"""
    return listing(store, request, store.interpretation("energy.der-root"), served(store, request, "der"))


def _in_order(store: Store, rows: list[Any], date: str) -> list[Any]:
    """Return *rows* sorted by their field *date*; rows of one day keep their order. Source: energy.order"""
    return sorted(rows, key=attrgetter(date), reverse=store.interpretation("energy.order") == "newest-first")


def _of_service_point(request: ApiRequest, rows: list[Any]) -> list[Any]:
    service_point_id = request.query_value("service_point_id")
    return rows if service_point_id is None else [row for row in rows if row.service_point_id == service_point_id]


def _invoice_of(row: Any) -> str | None:
    """Return the invoice number of a billing transaction; None for a payment."""
    fields = row.usage or row.demand or row.once_off or row.other_charges or {}
    number: str | None = fields.get("invoice_number")
    return number
