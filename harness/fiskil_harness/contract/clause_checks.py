"""One check for each clause that can be observed by reading from the API.

A check returns the observed interpretation. If the clause has no interpretations, it returns True (kept) or False (broken).
None means that there was nothing to observe. Apart from reading, checks only request tokens.
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
INVENTED = "made-up-by-fiskil-harness"
TRANSACTIONS = "/v1/banking/transactions"


class CheckContext(Struct, frozen=True, kw_only=True):
    """The API under test, as clause checks use it.

    ``api`` sends a token with each request, ``first`` is the response that contained the token, and ``ids`` are ids that
    exist at the API, by parameter name.
    """

    api: Api
    first: HttpReply
    client_id: str
    ids: dict[str, str]

    @property
    def user(self) -> dict[str, str]:
        """The query of a data request: for the end user in ``ids``, or if there is none, for an invented end user."""
        return {"end_user_id": self.ids.get("end_user_id", UNKNOWN_END_USER)}


def _token_field(context: CheckContext) -> Observation:
    return next((name for name in ("token", "access_token") if name in (read(context.first) or {})), None)


def _bad_pair(context: CheckContext) -> Observation:
    pair = {"client_id": context.client_id, "client_secret": INVENTED}
    return str(context.api.request("POST", "/v1/token", json=pair, token="").status)


def _expired(context: CheckContext) -> Observation:
    core = context.api.get("/v1/end-users", token=INVENTED)
    data = context.api.get("/v1/banking/accounts", context.user, token=INVENTED)
    if (core.status, data.status) != (401, 401):
        return f"{core.status} and {data.status}"
    return "goa-everywhere" if data.content_type == GOA else "goa-on-core-simple-on-data"


def _shape(reply: HttpReply, *, keys: set[str], content_type: str) -> bool:
    body = read(reply)
    return isinstance(body, dict) and set(body) == keys and reply.content_type == content_type


def _goa(context: CheckContext) -> Observation:
    reply = context.api.get(f"/v1/end-users/{UNKNOWN_END_USER}")
    return _shape(reply, keys={"id", "name", "message", "temporary", "timeout", "fault"}, content_type=GOA)


def _unknown_version(context: CheckContext) -> Observation:
    status = context.api.get("/v1/end-users", version="v9").status
    return "refused-400" if status == 400 else "ignored" if status == 200 else str(status)


def _is_bare(reply: HttpReply) -> bool:
    return isinstance(read(reply), list)


def _envelopes(context: CheckContext) -> Observation:
    newest, older = (context.api.get("/v1/end-users", version=version) for version in ("v3", "v2"))
    return isinstance(read(newest), dict) and _is_bare(older)


def _by_status(path: str, query: dict[str, str], *, names: dict[int, str]) -> Callable[[CheckContext], Observation]:
    def check(context: CheckContext) -> Observation:
        status = context.api.get(path, query).status or 0
        return names.get(status, str(status))

    return check


def _listing(context: CheckContext, **more: str) -> Any:
    return read(context.api.get(TRANSACTIONS, {**context.user, **more}))


def _next_link(context: CheckContext) -> str:
    body = _listing(context, **{"page[size]": "1"})
    return str(body.get("links", {}).get("next", "")) if isinstance(body, dict) else ""


def _link_form(context: CheckContext) -> Observation:
    link = _next_link(context)
    return None if not link else "absolute" if "://" in link else "path"


def _brackets(context: CheckContext) -> Observation:
    link = _next_link(context)
    return None if not link else "plain" if "[after]" in link else "encoded"


def _default_size(context: CheckContext) -> Observation:
    body = _listing(context)
    has_more = isinstance(body, dict) and "next" in body.get("links", {})
    return str(len(body["transactions"])) if has_more else None


def _pending(context: CheckContext) -> Observation:
    pending = rows(context.api.get(TRANSACTIONS, {**context.user, "status": "PENDING"}), "transactions")
    return not any("posting_date_time" in row for row in pending) if pending else None


def _order(context: CheckContext) -> Observation:
    transactions = rows(context.api.get(TRANSACTIONS, {**context.user, "page[size]": "1000"}), "transactions")
    keys = [(row["status"] == "PENDING", str(row.get("posting_date_time") or "")) for row in transactions]
    return all(key >= next_key for key, next_key in itertools.pairwise(keys) if not next_key[0]) if transactions else None


def _reachable(context: CheckContext) -> Observation:
    institutions = rows(context.api.get("/v1/institutions", {"client_id": context.client_id}, token=""), "institutions")
    banks = {row.get("id") for row in institutions if row.get("is_accessible") and row.get("industry") == "banking"}
    return banks == {"88888"} if institutions else None


def _institutions(context: CheckContext) -> Observation:
    reply = context.api.get("/v1/institutions", {"client_id": context.client_id})
    return None if reply.status != 200 else "bare" if _is_bare(reply) else "enveloped"


def _open(context: CheckContext) -> Observation:
    with_id = context.api.get("/v1/institutions", {"client_id": context.client_id}, token="")
    return (with_id.status, context.api.get("/v1/institutions", token="").status) == (200, 400)


def _bare_date(context: CheckContext) -> Observation:
    reply = context.api.get(TRANSACTIONS, {**context.user, "from": "2025-07-01"})
    return reply.status == 400 and "not in RFC3339 format" in str(read(reply))


def _lists_without_flags(context: CheckContext) -> Observation:
    return _shape(context.api.get("/v1/end-users", token=INVENTED), keys={"id", "name", "message"}, content_type=GOA)


CHECKS: dict[str, Callable[[CheckContext], Observation]] = {
    "token.exchange": lambda context: context.first.status == 200,
    "token.field": _token_field,
    "token.type": lambda context: "present" if "token_type" in (read(context.first) or {}) else "absent",
    "token.lifetime": lambda context: str((read(context.first) or {}).get("expires_in")),
    "token.bad-credentials": _bad_pair,
    "token.expired": _expired,
    "errors.unauthorized": lambda context: (
        (read(context.api.get("/v1/end-users", token="")) or {}).get("name") == "unauthorized"
    ),
    "errors.goa": _goa,
    "errors.simple": lambda context: _shape(
        context.api.get("/v1/banking/accounts"), keys={"id", "name", "message"}, content_type=JSON
    ),
    "errors.v3-lists": _lists_without_flags,
    "versions.header": _unknown_version,
    "versions.v3-envelope": _envelopes,
    "versions.v3-institutions": _institutions,
    "consents.end-user-required": _by_status("/v1/consent", {}, names={200: "all", 400: "400"}),
    "data.end-user-required": lambda context: context.api.get("/v1/banking/accounts").status == 400,
    "data.unknown-end-user": _by_status(
        "/v1/banking/accounts", {"end_user_id": UNKNOWN_END_USER}, names={200: "empty", 404: "404"}
    ),
    "data.rfc3339": _bare_date,
    "data.pending-dates": _pending,
    "data.order": _order,
    "paging.size-cap": lambda context: context.api.get(TRANSACTIONS, {**context.user, "page[size]": "5000"}).status == 200,
    "paging.bad-cursor": lambda context: (
        context.api.get(TRANSACTIONS, {**context.user, "page[after]": "garbage"}).status == 503
    ),
    "paging.link-form": _link_form,
    "paging.brackets": _brackets,
    "paging.default-size": _default_size,
    "institutions.client-id": _open,
    "institutions.unknown-client": _by_status(
        "/v1/institutions", {"client_id": INVENTED}, names={200: "accepted", 400: "refused"}
    ),
    "institutions.sandbox-bank": _reachable,
    "permissions.list": lambda context: bool(rows(context.api.get("/v1/permissions"), "permissions")),
    "products.unknown": _by_status(f"/v1/banking/products/{INVENTED}", {}, names={}),
    "energy.plan-unknown": _by_status(f"/v1/energy/plans/{INVENTED}", {}, names={}),
    "energy.plans-retailer": lambda context: context.api.get("/v1/energy/plans").status == 400,
    "energy.plans-unknown-retailer": _by_status(
        "/v1/energy/plans", {"institution_id": INVENTED}, names={400: "400", 200: "empty"}
    ),
    "paths.prefix": _by_status("/end-users", {}, names={404: "required", 200: "optional"}),
    "paths.direct-debits": _by_status(
        "/v1/banking/accounts/direct-debits", {"end_user_id": UNKNOWN_END_USER}, names={404: "sic", 200: "both"}
    ),
}
"""The check of each observable clause, by clause id."""
