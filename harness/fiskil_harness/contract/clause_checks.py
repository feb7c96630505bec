"""One look at the API per clause that reading alone can tell: which reading it shows, or whether it keeps the clause.

A check returns the interpretation that it saw, True or False if a clause has no interpretations, or None if there was
nothing to see. Only tokens are asked for besides reading.
"""

import itertools
from collections.abc import Callable
from typing import Any

from msgspec import Struct

from fiskil_harness.contract.client import Api, read, rows
from fiskil_harness.core.net.http_client import HttpReply

Observation = str | bool | None
GOA, JSON = "application/vnd.goa.error", "application/json"
UNKNOWN_END_USER = "eu_nobody00000000000000000000"
MADE_UP = "made-up-by-fiskil-harness"
TRANSACTIONS = "/v1/banking/transactions"


class CheckContext(Struct, frozen=True, kw_only=True):
    """Where looks go: an API with a token, its answer to the key pair, the pair, and the ids known there."""

    api: Api
    first: HttpReply
    client_id: str
    ids: dict[str, str]

    @property
    def user(self) -> dict[str, str]:
        """The query of a data call for the end user that is known, or for nobody."""
        return {"end_user_id": self.ids.get("end_user_id", UNKNOWN_END_USER)}


def _field(place: CheckContext) -> Observation:
    return next((one for one in ("token", "access_token") if one in (read(place.first) or {})), None)


def _bad_pair(place: CheckContext) -> Observation:
    pair = {"client_id": place.client_id, "client_secret": MADE_UP}
    return str(place.api.request("POST", "/v1/token", json=pair, token="").status)


def _expired(place: CheckContext) -> Observation:
    core = place.api.get("/v1/end-users", token=MADE_UP)
    data = place.api.get("/v1/banking/accounts", place.user, token=MADE_UP)
    if (core.status, data.status) != (401, 401):
        return f"{core.status} and {data.status}"
    return "goa-everywhere" if data.content_type == GOA else "goa-on-core-simple-on-data"


def _shape(reply: HttpReply, *, keys: set[str], content_type: str) -> bool:
    body = read(reply)
    return isinstance(body, dict) and set(body) == keys and reply.content_type == content_type


def _goa(place: CheckContext) -> Observation:
    reply = place.api.get(f"/v1/end-users/{UNKNOWN_END_USER}")
    return _shape(reply, keys={"id", "name", "message", "temporary", "timeout", "fault"}, content_type=GOA)


def _label(place: CheckContext) -> Observation:
    status = place.api.get("/v1/end-users", version="v9").status
    return "refused-400" if status == 400 else "ignored" if status == 200 else str(status)


def _is_bare(reply: HttpReply) -> bool:
    return isinstance(read(reply), list)


def _envelopes(place: CheckContext) -> Observation:
    newest, older = (place.api.get("/v1/end-users", version=one) for one in ("v3", "v2"))
    return isinstance(read(newest), dict) and _is_bare(older)


def _status_reading(path: str, query: dict[str, str], *, names: dict[int, str]) -> Callable[[CheckContext], Observation]:
    def look(place: CheckContext) -> Observation:
        status = place.api.get(path, query).status or 0
        return names.get(status, str(status))

    return look


def _listing(place: CheckContext, **more: str) -> Any:
    return read(place.api.get(TRANSACTIONS, {**place.user, **more}))


def _next_link(place: CheckContext) -> str:
    body = _listing(place, **{"page[size]": "1"})
    return str(body.get("links", {}).get("next", "")) if isinstance(body, dict) else ""


def _link_form(place: CheckContext) -> Observation:
    link = _next_link(place)
    return None if not link else "absolute" if "://" in link else "path"


def _brackets(place: CheckContext) -> Observation:
    link = _next_link(place)
    return None if not link else "plain" if "[after]" in link else "encoded"


def _usual_size(place: CheckContext) -> Observation:
    body = _listing(place)
    has_more = isinstance(body, dict) and "next" in body.get("links", {})
    return str(len(body["transactions"])) if has_more else None


def _pending(place: CheckContext) -> Observation:
    found = rows(place.api.get(TRANSACTIONS, {**place.user, "status": "PENDING"}), "transactions")
    return not any("posting_date_time" in row for row in found) if found else None


def _order(place: CheckContext) -> Observation:
    found = rows(place.api.get(TRANSACTIONS, {**place.user, "page[size]": "1000"}), "transactions")
    keys = [(row["status"] == "PENDING", str(row.get("posting_date_time") or "")) for row in found]
    return all(pair >= other for pair, other in itertools.pairwise(keys) if not other[0]) if found else None


def _reachable(place: CheckContext) -> Observation:
    found = rows(place.api.get("/v1/institutions", {"client_id": place.client_id}, token=""), "institutions")
    banks = {row.get("id") for row in found if row.get("is_accessible") and row.get("industry") == "banking"}
    return banks == {"88888"} if found else None


def _institutions(place: CheckContext) -> Observation:
    reply = place.api.get("/v1/institutions", {"client_id": place.client_id})
    return None if reply.status != 200 else "bare" if _is_bare(reply) else "enveloped"


def _open(place: CheckContext) -> Observation:
    with_id = place.api.get("/v1/institutions", {"client_id": place.client_id}, token="")
    return (with_id.status, place.api.get("/v1/institutions", token="").status) == (200, 400)


def _bare_date(place: CheckContext) -> Observation:
    reply = place.api.get(TRANSACTIONS, {**place.user, "from": "2025-07-01"})
    return reply.status == 400 and "not in RFC3339 format" in str(read(reply))


def _lists_without_flags(place: CheckContext) -> Observation:
    return _shape(place.api.get("/v1/end-users", token=MADE_UP), keys={"id", "name", "message"}, content_type=GOA)


CHECKS: dict[str, Callable[[CheckContext], Observation]] = {
    "token.exchange": lambda place: place.first.status == 200,
    "token.field": _field,
    "token.type": lambda place: "present" if "token_type" in (read(place.first) or {}) else "absent",
    "token.lifetime": lambda place: str((read(place.first) or {}).get("expires_in")),
    "token.bad-credentials": _bad_pair,
    "token.expired": _expired,
    "errors.unauthorized": lambda place: (
        (read(place.api.get("/v1/end-users", token="")) or {}).get("name") == "unauthorized"
    ),
    "errors.goa": _goa,
    "errors.simple": lambda place: _shape(
        place.api.get("/v1/banking/accounts"), keys={"id", "name", "message"}, content_type=JSON
    ),
    "errors.v3-lists": _lists_without_flags,
    "versions.header": _label,
    "versions.v3-envelope": _envelopes,
    "versions.v3-institutions": _institutions,
    "consents.end-user-required": _status_reading("/v1/consent", {}, names={400: "400", 200: "all"}),
    "data.end-user-required": lambda place: place.api.get("/v1/banking/accounts").status == 400,
    "data.unknown-end-user": _status_reading(
        "/v1/banking/accounts", {"end_user_id": UNKNOWN_END_USER}, names={200: "empty", 404: "404"}
    ),
    "data.rfc3339": _bare_date,
    "data.pending-dates": _pending,
    "data.order": _order,
    "paging.size-cap": lambda place: place.api.get(TRANSACTIONS, {**place.user, "page[size]": "5000"}).status == 200,
    "paging.bad-cursor": lambda place: place.api.get(TRANSACTIONS, {**place.user, "page[after]": "garbage"}).status == 503,
    "paging.link-form": _link_form,
    "paging.brackets": _brackets,
    "paging.default-size": _usual_size,
    "institutions.client-id": _open,
    "institutions.sandbox-bank": _reachable,
    "permissions.list": lambda place: bool(rows(place.api.get("/v1/permissions"), "permissions")),
    "products.unknown": _status_reading(f"/v1/banking/products/{MADE_UP}", {}, names={}),
    "energy.plan-unknown": _status_reading(f"/v1/energy/plans/{MADE_UP}", {}, names={}),
    "energy.plans-retailer": lambda place: place.api.get("/v1/energy/plans").status == 400,
    "energy.plans-unknown-retailer": _status_reading(
        "/v1/energy/plans", {"institution_id": MADE_UP}, names={400: "400", 200: "empty"}
    ),
    "paths.prefix": _status_reading("/end-users", {}, names={404: "required", 200: "optional"}),
    "paths.direct-debits": _status_reading(
        "/v1/banking/accounts/direct-debits", {"end_user_id": UNKNOWN_END_USER}, names={404: "sic", 200: "both"}
    ),
}
"""Every clause that a look can tell, by id."""
