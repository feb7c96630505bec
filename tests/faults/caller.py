"""A plain HTTP client, and exchanges and responses as values for faults."""

import random
from types import TracebackType
from typing import Any

import httpx
import msgspec

from fiskil_harness.faults import FAULTS, Fault, MatchedExchange, Reply
from fiskil_harness.server.local_fiskil import LocalFiskil
from tests.plain_http import plain_client

PATHS = {
    "token": "/v1/token",
    "end_users.create": "/v1/end-users",
    "end_users.list": "/v1/end-users",
    "institutions.list": "/v1/institutions",
    "consents.list": "/v1/consent",
    "banking.accounts": "/v1/banking/accounts",
    "banking.balances": "/v1/banking/balances",
    "banking.transactions": "/v1/banking/transactions",
    "banking.income": "/v1/banking/income",
    "common.identity": "/v1/common/identity",
}
MOST_PAGES = 40


class Caller:
    """Calls routes by name, for Rosa, with a token; ``rosa`` is enrolled and all of her data is synced."""

    def __init__(self, fiskil: LocalFiskil) -> None:
        self.fiskil = fiskil
        self.rosa = fiskil.enrol("rosa")
        fiskil.authorise(self.rosa)
        self.http = plain_client(base_url=fiskil.api_url)
        self.pair = {"client_id": fiskil.credentials.client_id, "client_secret": fiskil.credentials.client_secret}
        self.renew()

    def request_token(self) -> httpx.Response:
        """Exchange the key pair."""
        return self.http.post("/v1/token", json=self.pair)

    def renew(self) -> None:
        """Use a new token from now on."""
        self.http.headers["authorization"] = "Bearer " + self.request_token().json()["token"]

    def get(self, route: str, **query: str) -> httpx.Response:
        """Call *route*; the token route is called with POST."""
        if route == "token":
            return self.request_token()
        whose = {"end_user_id": self.rosa.end_user_id, "client_id": self.pair["client_id"]}
        return self.http.get(PATHS[route], params=whose | query)

    def rows(self, route: str, **query: str) -> list[dict[str, Any]]:
        """Return the rows of one page."""
        return rows_in(self.get(route, **query))

    def walk(self, route: str = "banking.transactions") -> list[list[str]]:
        """Return the ids on each page; follow links to any host, for at most ``MOST_PAGES`` pages."""
        response = self.get(route)
        pages = [_ids(response)]
        while (link := response.json().get("links", {}).get("next")) and len(pages) < MOST_PAGES:
            response = self.http.get(link)
            pages.append(_ids(response))
        return pages

    def __enter__(self) -> "Caller":
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        self.http.close()


def rows_in(response: httpx.Response) -> list[dict[str, Any]]:
    """Return the rows of a page, bare or under a name."""
    body = response.json()
    return body if isinstance(body, list) else next(value for value in body.values() if isinstance(value, list))


def exchange_on(route: str = "banking.transactions", **changes: Any) -> MatchedExchange:
    """Return an exchange on *route*; its errors have id, name and message, its delays are in seconds."""
    values: dict[str, Any] = {
        "method": "POST" if route == "token" else "GET",
        "path": PATHS[route],
        "query": b"end_user_id=eu_1",
        "headers": ((b"authorization", b"Bearer one"),),
        "body": b"",
        "route": route,
        "version": "v3",
        "api_url": "http://127.0.0.1:1",
        "foreign_url": lambda: "http://127.0.0.1:2",
        "chance": random.Random(7),
        "refusal": _refusal,
        "waits": _waits,
    }
    return MatchedExchange(**values | changes)


def reply_with(value: Any, *, status: int = 200, **headers: str) -> Reply:
    """Return a response with the JSON *value*."""
    head = {"content-type": "application/json"} | {name.replace("_", "-"): text for name, text in headers.items()}
    pairs = tuple((name.encode(), text.encode()) for name, text in head.items())
    return Reply(status=status, headers=pairs, body=b"").with_body(msgspec.json.encode(value))


def json_of(reply: Reply) -> Any:
    """Return the JSON of a response."""
    return msgspec.json.decode(reply.body)


def faults_in(*modules: str) -> list[type[Fault]]:
    """Return the faults that the given modules of the package ``faults`` define."""
    return [kind for kind in FAULTS.values() if kind.__module__.rpartition(".")[2] in modules]


def _refusal(status: int, name: str, message: str) -> Reply:
    return reply_with({"id": "err_1", "name": name, "message": message}, status=status)


def _waits(seconds: int | None) -> tuple[tuple[bytes, bytes], ...]:
    return () if seconds is None else ((b"retry-after", b"%d" % seconds),)


def _ids(response: httpx.Response) -> list[str]:
    return [row["fiskil_id"] for row in rows_in(response)]
