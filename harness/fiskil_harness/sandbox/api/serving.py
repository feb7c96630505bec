"""The common steps of data endpoints: find the rows of the latest sync, select a page, and encode it as JSON."""

import re
from collections.abc import Sequence
from datetime import date
from typing import Any

from fiskil_harness.core.model.rows import Row
from fiskil_harness.sandbox.api.paging import page
from fiskil_harness.sandbox.api.route import Handler
from fiskil_harness.sandbox.api.wire import ApiRequest, ApiResponse, json_response, required_end_user
from fiskil_harness.sandbox.bank.statement import Statement, Stretch
from fiskil_harness.sandbox.problems import ApiProblem, invalid_request
from fiskil_harness.sandbox.store import Store

_DATE = re.compile(r"\d{4}-\d\d-\d\d", re.ASCII)


def served(store: Store, request: ApiRequest, dataset: str) -> list[Any]:
    """Return the rows of *dataset* under every active consent of the end user, oldest consent first.

    Raises:
        ApiProblem: 400, ``end_user_id`` is missing; 403 or 404, there is no such permission, consent or end user, under
            interpretations in which the API refuses these requests.

    Source: data.after-sync, data.deleted-end-user, data.missing-permission
    """
    return [row for rows in _served(store, request, dataset) for row in rows]


def served_statement(store: Store, request: ApiRequest) -> Statement:
    """Return the transactions under every active consent of the end user, as a statement that generates rows later."""
    return Statement.joined(_served(store, request, "transactions"))


def _served(store: Store, request: ApiRequest, dataset: str) -> list[Sequence[Any]]:
    end_user_id = required_end_user(request)
    consents = store.active_consents(end_user_id)
    if not consents:
        _refuse_unconnected(store, end_user_id)
    for consent in consents:
        store.read_at[consent.arrangement_id] = store.clock.now()
    if consents and not any(dataset in consent.permissions for consent in consents):
        refuse_unpermitted(store, dataset)
    return served_to(store, end_user_id, dataset)


def served_to(store: Store, end_user_id: str, dataset: str) -> list[Sequence[Any]]:
    """Return one list of *dataset* rows for each active consent of the end user, oldest consent first.

    By default, a row that several consents share is only in the list of the newest of them.

    Source: data.shared-twice
    """
    consents = store.active_consents(end_user_id)
    rows = [store.served.get((consent.arrangement_id, dataset), ()) for consent in consents]
    overlap = len({consent.institution_id for consent in consents}) < len(consents)
    return _without_duplicates(rows) if overlap and store.interpretation("data.shared-twice") == "once" else rows


def _without_duplicates(parts: list[Sequence[Any]]) -> list[Sequence[Any]]:
    """Return *parts* with each row only in the last list that contains it. Source: data.shared-twice"""
    unique: list[Sequence[Any]] = []
    newer_ids: set[str | None] = set()
    for rows in reversed(parts):
        if isinstance(rows, Statement):
            own_ids = rows.account_ids
            new_ids = own_ids - newer_ids
            unique.append(rows if new_ids == own_ids else rows.where(account_ids=new_ids) if new_ids else Statement())
            newer_ids |= own_ids
        else:
            ids = {getattr(row, "fiskil_id", None) for row in rows} - {None}
            unique.append([row for row in rows if getattr(row, "fiskil_id", None) not in newer_ids])
            newer_ids |= ids
    return unique[::-1]


def _refuse_unconnected(store: Store, end_user_id: str) -> None:
    """Raise ApiProblem for an end user without an active consent, unless the interpretation is an empty list.

    Source: data.ended-consent, data.unknown-end-user
    """
    if end_user_id in store.deleted_end_users:
        return
    if end_user_id not in store.end_users and store.interpretation("data.unknown-end-user") == "404":
        raise ApiProblem(404, "NotFound", "end user not found")
    had_one = bool(store.consents.of(end_user_id))
    if had_one and store.interpretation("data.ended-consent") == "403":
        raise ApiProblem(403, "Forbidden", "the end user has no active consent")


def refuse_unpermitted(store: Store, permission: str) -> None:
    """Raise ApiProblem for a dataset that no consent covers, unless the interpretation is an empty list.

    Raises:
        ApiProblem: 403, no active consent permits *permission*.

    Source: data.missing-permission
    """
    if store.interpretation("data.missing-permission") == "403":
        raise ApiProblem(403, "Forbidden", f"no active consent of the end user permits {permission}")


def of_account(store: Store, request: ApiRequest, rows: list[Any]) -> list[Any]:
    """Return the rows of the account in the request's ``account_id``; all *rows* if the request has no ``account_id``.

    Raises:
        ApiProblem: 404, the end user shares no such account, unless the interpretation is an empty list.

    Source: data.unknown-account, data.account-filter
    """
    account_id = request.query_value("account_id")
    if account_id is None:
        return rows
    account_rows = [row for row in rows if row.account_id == account_id]
    return account_rows or [row for row in rows if row.account_id == _resolve_account(store, request, account_id)]


def of_account_lazily(store: Store, request: ApiRequest, rows: Statement) -> Statement:
    """Return the transactions of the account in the request's ``account_id``, or all, without generating rows."""
    account_id = request.query_value("account_id")
    if account_id is None:
        return rows
    account_rows = rows.where(account_ids=(account_id,))
    return account_rows if len(account_rows) else rows.where(account_ids=(_resolve_account(store, request, account_id),))


def _resolve_account(store: Store, request: ApiRequest, account_id: str) -> str:
    """Return the ``account_id`` to filter by if no row has *account_id*, which may be a ``fiskil_id`` instead.

    Source: data.unknown-account, data.account-filter
    """
    accounts = _accounts(store, required_end_user(request))
    if account_id not in accounts.values():
        if account_id in accounts and store.interpretation("data.account-filter") == "either":
            return accounts[account_id]
        if account_id not in accounts and store.interpretation("data.unknown-account") == "404":
            raise ApiProblem(404, "NotFound", "account not found")
    return account_id


def _accounts(store: Store, end_user_id: str) -> dict[str, str]:
    """Return the ``account_id`` of every shared account by its ``fiskil_id``."""
    consents = store.active_consents(end_user_id)
    return {
        row.fiskil_id: row.account_id
        for consent in consents
        for dataset in ("accounts", "energy_accounts")
        for row in store.served.get((consent.arrangement_id, dataset), ())
    }


def listing(store: Store, request: ApiRequest, root: str, rows: Sequence[Row]) -> ApiResponse:
    """Return one page of *rows* under the key *root*, with links to the previous and next page. Source: paging.links"""
    page_rows, links = page(store, request, rows)
    wire = page_rows.wire if isinstance(page_rows, Stretch) else [row.wire for row in page_rows]
    return json_response({root: wire, "links": links})


def listed(dataset: str, root: str = "") -> Handler:
    """Return the handler of an endpoint that lists *dataset* without filters, under the key *root* (default: its name).

    Source: data.after-sync, data.deleted-end-user
    """
    return lambda store, request: listing(store, request, root or dataset, served(store, request, dataset))


def day(request: ApiRequest, name: str) -> date | None:
    """Return the query parameter *name* as a date; None if it is absent.

    Raises:
        ApiProblem: 400, the value is not ``YYYY-MM-DD``.

    Source: data.date-only
    """
    text = request.query_value(name)
    if text is None:
        return None
    try:
        if _DATE.fullmatch(text):
            return date.fromisoformat(text)
    except ValueError:
        pass
    raise invalid_request(f"invalid {name} date: must be YYYY-MM-DD")
