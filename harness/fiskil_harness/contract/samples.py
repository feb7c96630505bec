"""One exchange with each endpoint, as the sandbox makes it: the same every time, on a day that stands still.

No credential is shown: where one stands, its name does.
"""

import json
from collections.abc import Iterator
from datetime import UTC, datetime
from functools import cache
from typing import Any
from urllib.parse import urlencode

from msgspec import Struct

from fiskil_harness.contract.client import Api, read
from fiskil_harness.contract.example_ids import example_ids, with_examples
from fiskil_harness.contract.sample_household import BANK, END_USER_ID, RETAILER, move_in
from fiskil_harness.core import catalog
from fiskil_harness.core.clock import Clock
from fiskil_harness.core.net.http_client import HttpClient
from fiskil_harness.core.net.server import Loop, Server
from fiskil_harness.core.randomness import Mint
from fiskil_harness.sandbox import Sandbox
from fiskil_harness.sandbox.api.route import ApiRoute
from fiskil_harness.sandbox.api.routes import ROUTES
from fiskil_harness.sandbox.openapi.documents import Document, document
from fiskil_harness.sandbox.openapi.operations import JSON, resolve

NOON = datetime(2026, 3, 2, 12, 0, tzinfo=UTC)
API_URL, AUTH_URL = "https://api.example.com", "https://auth.example.com"
PARAMETERS = ("end_user_id", "instituition_id", "client_id")
"""What a query is given, where it takes it."""
MORE = {"energy.plans": {"institution_id": RETAILER}}
"""What a query must be given besides, by route."""
ORDER = ("GET", "POST", "DELETE")
"""What is read is read before anything changes it."""
SECRETS = {"client_id", "client_secret", "token", "access_token"}


class Sample(Struct, frozen=True, kw_only=True):
    """One exchange: ``target`` is the path with its query; a body that there is not is None. Lists hold one entry."""

    method: str
    target: str
    request: Any
    status: int
    response: Any


@cache
def samples() -> dict[str, Sample]:
    """An exchange with each endpoint, by the name of its route."""
    sandbox = _household()
    with Loop() as loop, HttpClient() as browser:
        server = Server(loop, sandbox.api, crashes=sandbox.crashes)
        try:
            api = Api(browser, server.url)
            pair = {name: getattr(sandbox.credentials, name) for name in ("client_id", "client_secret")}
            api.log_in(**pair)
            known = {**example_ids(api, END_USER_ID), **pair, "institution_id": BANK}
            described = with_examples(document("v3"), known)
            in_turn = sorted(ROUTES, key=lambda api_route: (ORDER.index(api_route.method), api_route.name))
            made = {api_route.name: _sample(api, api_route, described, known) for api_route in in_turn}
        finally:
            server.close()
    return {route.name: made[route.name] for route in ROUTES}


def _household() -> Sandbox:
    """Somebody with data at a bank and at an energy retailer, at noon of one day for ever."""
    sandbox = Sandbox(
        institutions=catalog.institutions(),
        clock=Clock(real=lambda: NOON),
        mint=Mint(seed=0, salt="samples"),
        named=catalog.people().values(),
    )
    sandbox.place(api_url=API_URL, auth_url=AUTH_URL)
    move_in(sandbox)
    return sandbox


def _sample(api: Api, route: ApiRoute, described: Document, known: dict[str, str]) -> Sample:
    item = described["paths"][route.path]
    operation = item[route.method.lower()]
    parameters = [resolve(described, value) for value in (*item.get("parameters", ()), *operation.get("parameters", ()))]
    query = {
        parameter["name"]: known[parameter["name"]]
        for parameter in parameters
        if parameter["in"] == "query" and parameter["name"] in PARAMETERS
    }
    query |= MORE.get(route.name, {})
    path = route.path.format_map(known)
    asked = operation.get("requestBody", {}).get("content", {}).get(JSON, {}).get("example")
    reply = api.request(route.method, path, query, json=asked)
    shown = {name: f"<{name}>" if name in SECRETS else value for name, value in query.items()}
    return Sample(
        method=route.method,
        target=path + (f"?{urlencode(shown, safe='<>')}" if shown else ""),
        request=_shown(asked),
        status=reply.status or 0,
        response=_shown(read(reply)),
    )


def _shown(node: Any) -> Any:
    """A body as it is shown: without secrets, and of each list only the first entry."""
    if isinstance(node, list):
        return [_shown(value) for value in node[:1]]
    if not isinstance(node, dict):
        return node
    return {name: f"<{name}>" if name in SECRETS and value else _shown(value) for name, value in node.items()}


def lines(route: ApiRoute) -> Iterator[str]:
    """The exchange with *route* for a page: folded, and the bodies as JSON."""
    one = samples()[route.name]
    yield f"<details><summary><code>{route.method} {route.path}</code></summary>\n"
    yield f"```http\n{one.method} {one.target}\n```\n"
    for lead, body in (("", one.request), (f"{one.status}:\n", one.response)):
        if body is not None:
            yield f"{lead}\n```json\n{json.dumps(body, indent=1, ensure_ascii=False)}\n```\n".lstrip("\n")
    if one.response is None:
        yield f"{one.status}, without a body.\n"
    yield "</details>\n"
