"""What every data endpoint does: find the rows that the latest sync saw, cut a page out of them, write them down."""

import re
from collections.abc import Sequence
from datetime import date
from typing import Any

from fiskil_harness.core.model.rows import Row
from fiskil_harness.sandbox.api.paging import page
from fiskil_harness.sandbox.api.wire import ApiRequest, ApiResponse, json_response, required_end_user
from fiskil_harness.sandbox.bank.statement import Statement, Stretch
from fiskil_harness.sandbox.problems import ApiProblem, invalid_request
from fiskil_harness.sandbox.store import Store

_DATE = re.compile(r"\d{4}-\d\d-\d\d", re.ASCII)


def served(store: Store, request: ApiRequest, dataset: str) -> list[Any]:
    """The rows of *dataset* under every active consent of the end user, oldest consent first.

    Raises:
        ApiProblem: 400, no ``end_user_id``; 403 or 404, where a missing permission, consent or end user reads so.

    Source: data.after-sync, data.deleted-end-user, data.missing-permission
    """
    return [row for rows in _served(store, request, dataset) for row in rows]


def served_statement(store: Store, request: ApiRequest) -> Statement:
    """The same for transactions, none of which is made yet."""
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
    """What an end user's active consents bring of *dataset*, oldest first; what several bring counts once, unless read so.

    Source: data.shared-twice
    """
    consents = store.active_consents(end_user_id)
    rows = [store.served.get((consent.arrangement_id, dataset), ()) for consent in consents]
    overlap = len({consent.institution_id for consent in consents}) < len(consents)
    return _each_once(rows) if overlap and store.interpretation("data.shared-twice") == "once" else rows


def _each_once(parts: list[Sequence[Any]]) -> list[Sequence[Any]]:
    """The rows of several consents, what more than one of them brings from the newest alone. Source: data.shared-twice"""
    kept: list[Sequence[Any]] = []
    known: set[str | None] = set()
    for rows in reversed(parts):
        if isinstance(rows, Statement):
            own = rows.account_ids
            left = own - known
            kept.append(rows if left == own else rows.where(account_ids=left) if left else Statement())
            known |= own
        else:
            ids = {getattr(row, "fiskil_id", None) for row in rows} - {None}
            kept.append([row for row in rows if getattr(row, "fiskil_id", None) not in known])
            known |= ids
    return kept[::-1]


def _refuse_unconnected(store: Store, end_user_id: str) -> None:
    """Refuse who has no active consent, where it is not answered with an empty list.

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
    """Refuse what no consent covers, where it is not answered with an empty list. Source: data.missing-permission"""
    if store.interpretation("data.missing-permission") == "403":
        raise ApiProblem(403, "Forbidden", f"no active consent of the end user permits {permission}")


def of_account(store: Store, request: ApiRequest, rows: list[Any]) -> list[Any]:
    """The rows of the account that was asked for; all without one.

    Raises:
        ApiProblem: 404, the end user shares no such account, where that is not answered with an empty list.

    Source: data.unknown-account, data.account-filter
    """
    account_id = request.query_value("account_id")
    if account_id is None:
        return rows
    kept = [row for row in rows if row.account_id == account_id]
    return kept or [row for row in rows if row.account_id == _meant(store, request, account_id)]


def of_account_lazily(store: Store, request: ApiRequest, rows: Statement) -> Statement:
    """The same for transactions, none of which is made yet."""
    account_id = request.query_value("account_id")
    if account_id is None:
        return rows
    kept = rows.where(account_ids=(account_id,))
    return kept if len(kept) else rows.where(account_ids=(_meant(store, request, account_id),))


def _meant(store: Store, request: ApiRequest, account_id: str) -> str:
    """The account that an id without rows means. Source: data.unknown-account, data.account-filter"""
    known = _accounts(store, required_end_user(request))
    if account_id not in known.values():
        if account_id in known and store.interpretation("data.account-filter") == "either":
            return known[account_id]
        if account_id not in known and store.interpretation("data.unknown-account") == "404":
            raise ApiProblem(404, "NotFound", "account not found")
    return account_id


def _accounts(store: Store, end_user_id: str) -> dict[str, str]:
    """The ``account_id`` of every shared account by its ``fiskil_id``."""
    consents = store.active_consents(end_user_id)
    return {
        row.fiskil_id: row.account_id
        for consent in consents
        for dataset in ("accounts", "energy_accounts")
        for row in store.served.get((consent.arrangement_id, dataset), ())
    }


def listing(store: Store, request: ApiRequest, root: str, rows: Sequence[Row]) -> ApiResponse:
    """One page of *rows* under its root key, and the links to its neighbours. Source: paging.links"""
    shown, links = page(store, request, rows)
    return json_response({root: shown.wire if isinstance(shown, Stretch) else [row.wire for row in shown], "links": links})


def day(request: ApiRequest, name: str) -> date | None:
    """A date parameter.

    Raises:
        ApiProblem: 400, it is anything but ``YYYY-MM-DD``.

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
