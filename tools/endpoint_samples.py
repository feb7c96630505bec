"""One sample exchange with each endpoint of the sandbox, for the documentation.

A fixed clock and a fixed seed make the exchanges the same in every run. Credentials are replaced by placeholders.
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
from fiskil_harness.contract.sample_household import BANK, END_USER_ID, RETAILER, add_sample_end_user
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
"""Query parameters that are sent if the endpoint has them."""
MORE_PARAMETERS = {"energy.plans": {"institution_id": RETAILER}}
"""Further query parameters that an endpoint needs, by route."""
ORDER = ("GET", "POST", "DELETE")
"""The order of requests by method: requests that read come before requests that change data."""
SECRETS = {"client_id", "client_secret", "token", "access_token"}


class Sample(Struct, frozen=True, kw_only=True):
    """One exchange. ``target`` is the path with its query.

    ``request`` and ``response`` are the bodies, None without a body. Each list in a body is cut to one entry.
    """

    method: str
    target: str
    request: Any
    status: int
    response: Any


@cache
def samples() -> dict[str, Sample]:
    """Return an exchange with each endpoint, by the name of its route."""
    sandbox = household()
    with Loop() as loop, HttpClient() as client:
        server = Server(loop, sandbox.api, crashes=sandbox.crashes)
        try:
            api = Api(client, server.url)
            pair = {name: getattr(sandbox.credentials, name) for name in ("client_id", "client_secret")}
            api.log_in(**pair)
            ids = {**example_ids(api, END_USER_ID), **pair, "institution_id": BANK}
            described = with_examples(document("v3"), ids)
            in_turn = sorted(ROUTES, key=lambda route: (ORDER.index(route.method), route.name))
            by_route = {route.name: _sample(api, route, described, ids) for route in in_turn}
        finally:
            server.close()
    return {route.name: by_route[route.name] for route in ROUTES}


def household() -> Sandbox:
    """Return a sandbox with one end user who has data at a bank and at an energy retailer, at a fixed time."""
    sandbox = Sandbox(
        institutions=catalog.institutions(),
        clock=Clock(real=lambda: NOON),
        mint=Mint(seed=0, salt="samples"),
        named=catalog.people().values(),
    )
    sandbox.set_origins(api_url=API_URL, auth_url=AUTH_URL)
    add_sample_end_user(sandbox)
    return sandbox


def _sample(api: Api, route: ApiRoute, described: Document, ids: dict[str, str]) -> Sample:
    item = described["paths"][route.path]
    operation = item[route.method.lower()]
    parameters = [resolve(described, value) for value in (*item.get("parameters", ()), *operation.get("parameters", ()))]
    query = {
        parameter["name"]: ids[parameter["name"]]
        for parameter in parameters
        if parameter["in"] == "query" and parameter["name"] in PARAMETERS
    }
    query |= MORE_PARAMETERS.get(route.name, {})
    path = route.path.format_map(ids)
    body = operation.get("requestBody", {}).get("content", {}).get(JSON, {}).get("example")
    reply = api.request(route.method, path, query, json=body)
    visible = {name: f"<{name}>" if name in SECRETS else value for name, value in query.items()}
    return Sample(
        method=route.method,
        target=path + (f"?{urlencode(visible, safe='<>')}" if visible else ""),
        request=_without_secrets(body),
        status=reply.status or 0,
        response=_without_secrets(read(reply)),
    )


def _without_secrets(node: Any) -> Any:
    """Return a body without secrets, and with only the first entry of each list."""
    if isinstance(node, list):
        return [_without_secrets(value) for value in node[:1]]
    if not isinstance(node, dict):
        return node
    return {name: f"<{name}>" if name in SECRETS and value else _without_secrets(value) for name, value in node.items()}


def lines(route: ApiRoute) -> Iterator[str]:
    """Yield the lines of Markdown for the exchange with *route*: a folded section with the bodies as JSON."""
    sample = samples()[route.name]
    yield f"<details><summary><code>{route.method} {route.path}</code></summary>\n"
    yield f"```http\n{sample.method} {sample.target}\n```\n"
    for lead, body in (("", sample.request), (f"{sample.status}:\n", sample.response)):
        if body is not None:
            yield f"{lead}\n```json\n{json.dumps(body, indent=1, ensure_ascii=False)}\n```\n".lstrip("\n")
    if sample.response is None:
        yield f"{sample.status}, without a body.\n"
    yield "</details>\n"
