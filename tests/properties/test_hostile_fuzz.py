"""Arbitrary requests to the API and the consent page: the status is below 500 or the documented 503, and nothing breaks."""

import math
import string
from collections.abc import Iterator
from typing import Any
from urllib.parse import quote

import httpx
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from fiskil_harness.sandbox.api.routes import ROUTES
from fiskil_harness.sandbox.consents import journey_table
from fiskil_harness.server.local_fiskil import LocalFiskil
from tests.plain_http import plain_client

# Mostly valid names, because random text alone never passes the first check.
names = st.sampled_from(
    ["end_user_id", "account_id", "page[size]", "page[after]", "page[before]", "from", "to", "status", "fetch", "active",
     "secondary_category", "client_id", "industry", "email"]
)  # fmt: skip
texts = st.one_of(
    st.sampled_from(["{eu}", "true", "PENDING", "1", "0", "2026-01-01T00:00:00Z", "AAAAAAAAAAAAAAAA", "banking"]),
    st.text(max_size=20),
    st.text(alphabet=string.digits + "-:.TZ+e", max_size=30),
)
queries = st.lists(st.tuples(st.one_of(names, st.text(max_size=8)), texts), max_size=5)
fields = st.sampled_from(
    ["client_id", "client_secret", "end_user_id", "redirect_uri", "cancel_uri", "institution_id", "email", "name"]
)
values = st.recursive(
    st.one_of(st.none(), st.booleans(), st.integers(), st.floats(), texts),
    lambda inner: st.one_of(st.lists(inner, max_size=3), st.dictionaries(st.text(max_size=3), inner, max_size=3)),
    max_leaves=6,
)
bodies = st.one_of(st.dictionaries(fields, values, max_size=6), values)
routes = st.sampled_from([(route.method, route.path) for route in ROUTES])
methods = st.sampled_from(["GET", "POST", "DELETE", "PUT", "HEAD"])
forms = st.dictionaries(
    st.sampled_from(["act", "sess_id", "institution_id", "email", "code", "account"]),
    st.one_of(
        st.sampled_from(["{session}", "88888", "a@b", *journey_table.acts_at("institution"), "enter_code", "select"]),
        st.text(max_size=20),
    ),
    max_size=6,
)


@pytest.fixture(scope="module")
def fiskil_with_data(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[LocalFiskil, httpx.Client, str]]:
    """A local Fiskil, a client with a token, and an end user with data."""
    with LocalFiskil(workdir=tmp_path_factory.mktemp("fuzz"), seed=3) as fiskil:
        pair = {"client_id": fiskil.credentials.client_id, "client_secret": fiskil.credentials.client_secret}
        with plain_client(base_url=fiskil.api_url) as client:
            client.headers["authorization"] = "Bearer " + client.post("/v1/token", json=pair).json()["token"]
            rosa = fiskil.enrol("rosa")
            fiskil.authorise(rosa)
            yield fiskil, client, rosa.end_user_id


# No deadline: a slow machine is no finding.
@settings(deadline=None, database=None)
@given(route=routes, method=st.none() | methods, identity=texts, query=queries, body=bodies)
def test_the_api_responds_to_any_request(
    fiskil_with_data: tuple[LocalFiskil, httpx.Client, str],
    route: tuple[str, str],
    method: str | None,
    identity: str,
    query: list[tuple[str, str]],
    body: Any,
) -> None:
    """Any route with any query and any JSON returns a status below 500, or the 503 of a bad cursor. Source: errors.goa"""
    fiskil, client, end_user_id = fiskil_with_data
    path = route[1].split("{")[0] + (quote(identity.replace("{eu}", end_user_id), safe="") if "{" in route[1] else "")
    parameters = [(name, value.replace("{eu}", end_user_id)) for name, value in query]

    response = client.request(method or route[0], path, params=parameters, json=_finite(body))

    assert response.status_code < 500 or response.status_code == 503
    assert fiskil.sandbox.crashes == []


# No deadline: a slow machine is no finding.
@settings(deadline=None, database=None)
@given(method=st.sampled_from(["GET", "POST"]), form=forms)
def test_the_page_responds_to_any_form(
    fiskil_with_data: tuple[LocalFiskil, httpx.Client, str], method: str, form: dict[str, str]
) -> None:
    """Any form leads to a screen or a redirect. Source: journey.stages"""
    fiskil, client, end_user_id = fiskil_with_data
    opened = client.post("/v1/auth/session", json={"end_user_id": end_user_id, "redirect_uri": "", "cancel_uri": ""})
    session_id = opened.json().get("session_id", "")
    filled = {name: value.replace("{session}", session_id) for name, value in form.items()}

    response = httpx.request(method, fiskil.auth_url, data=filled, params=filled, timeout=30, trust_env=False)

    assert response.status_code in {200, 303, 400, 404, 410}
    assert fiskil.sandbox.crashes == []


def _finite(body: Any) -> Any:
    """Return *body* with text in place of NaN and infinities, which httpx does not send."""
    if isinstance(body, float) and not math.isfinite(body):
        return str(body)
    if isinstance(body, list):
        return [_finite(value) for value in body]
    if isinstance(body, dict):
        return {key: _finite(value) for key, value in body.items()}
    return body
