"""The endpoints under ``/v1/banking`` for accounts, balances and transactions, as of the latest sync, and for categories."""

import re
from datetime import datetime

from msgspec import Struct

from fiskil_harness.core.model import Balance
from fiskil_harness.sandbox.api.serving import listing, of_account, of_account_lazily, served, served_statement
from fiskil_harness.sandbox.api.wire import ApiRequest, ApiResponse, json_response, read_json
from fiskil_harness.sandbox.bank import categories
from fiskil_harness.sandbox.bank.days import ceiling_of, floor_of
from fiskil_harness.sandbox.consents.institutions import require_reachable
from fiskil_harness.sandbox.consents.sharing import shared_keys
from fiskil_harness.sandbox.problems import invalid_request
from fiskil_harness.sandbox.store import Store

_RFC3339 = re.compile(r"\d{4}-\d\d-\d\d[Tt]\d\d:\d\d:\d\d(\.\d{1,9})?([Zz]|[+-]\d\d:\d\d)", re.ASCII)


def balances(store: Store, request: ApiRequest) -> ApiResponse:
    """Return the balances of the latest sync; with ``account_id`` and ``fetch=true``, the current balance of that account.

    The ``x-fiskil-client-*`` headers report that the end user is present. These headers do not change the response.

    Raises:
        ApiProblem: 502, an institution has an outage.

    Source: data.fetch, data.fetch-outage, data.consumer-present
    """
    rows = of_account(store, request, served(store, request, "balances"))
    if request.query_value("fetch") == "true" and request.query_value("account_id") is not None:
        rows = [now for row in rows if (now := _as_of_now(store, row)) is not None]
    return listing(store, request, "balances", rows)


def transactions(store: Store, request: ApiRequest) -> ApiResponse:
    """Return the transactions, filtered by account, status, category and time.

    Raises:
        ApiProblem: 400, ``from`` or ``to`` is not an RFC 3339 time.

    Source: data.time-filter, data.rfc3339, data.category-filter
    """
    rows = of_account_lazily(store, request, served_statement(store, request))
    status = request.query_value("status")
    categories = {category for category in request.every("secondary_category") if category}
    since, until = _instant(request, "from"), _instant(request, "to")
    if status or categories or since or until:
        rows = rows.where(
            status=status or "",
            categories=categories,
            since=None if since is None else ceiling_of(since),
            until=None if until is None else floor_of(until),
        )
    return listing(store, request, "transactions", rows)


def _as_of_now(store: Store, row: Balance) -> Balance | None:
    """Return the current balance of the account of *row*; None if the institution no longer shares the account."""
    require_reachable(store, row.institution_id)
    ledger = store.ledgers[row.arrangement_id]
    key = next(key for key, account in ledger.accounts.items() if account.account_id == row.account_id)
    is_shared = key in shared_keys(store, store.consents[row.arrangement_id], store.now())
    return ledger.balance(key) if is_shared else None


def _instant(request: ApiRequest, name: str) -> datetime | None:
    text = request.query_value(name)
    if text is None:
        return None
    try:
        if _RFC3339.fullmatch(text):
            return datetime.fromisoformat(text.upper())
    except ValueError:
        pass
    raise invalid_request(f"invalid {name} datetime: not in RFC3339 format")


class _Override(Struct):
    fiskil_transaction_id: str
    secondary_category: str


def override_category(store: Store, request: ApiRequest) -> ApiResponse:
    """Set an end user's own category of a transaction; later syncs keep it. Source: category.override"""
    requested = read_json(request, _Override, refuse=invalid_request)
    categories.override(store, requested.fiskil_transaction_id, requested.secondary_category)
    return json_response({"message": "category updated"})
