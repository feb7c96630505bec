"""A local Fiskil that poses as Fiskil, for clients whose addresses are fixed: certificate names, ``auth_url`` and links."""

import socket
import ssl
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urlsplit

import httpx
import pytest

from fiskil_harness.cli.serve import address_lines
from fiskil_harness.errors import UsageError
from fiskil_harness.server.local_fiskil import LocalFiskil
from fiskil_harness.server.serving import LocalServer


@pytest.fixture
def posing(tmp_path: Path) -> Iterator[LocalServer]:
    """A server with TLS, whose API names Fiskil's own consent page."""
    server = LocalServer(workdir=tmp_path, is_tls=True, auth_origin="https://auth.fiskil.com/")
    yield server
    server.close()


@pytest.fixture
def trust(posing: LocalServer) -> ssl.SSLContext:
    """A TLS context that trusts the server's authority only."""
    return ssl.create_default_context(cafile=str(posing.fiskil.certificates.ca_file))


@pytest.fixture
def api(posing: LocalServer, trust: ssl.SSLContext) -> Iterator[httpx.Client]:
    """A client of the API with a token."""
    credentials = posing.fiskil.credentials
    with httpx.Client(base_url=posing.fiskil.api_url, verify=trust, trust_env=False, timeout=30) as client:
        pair = {"client_id": credentials.client_id, "client_secret": credentials.client_secret}
        client.headers["authorization"] = "Bearer " + client.post("/v1/token", json=pair).json()["token"]
        yield client


@pytest.mark.parametrize("name", ["api.fiskil.com", "auth.fiskil.com", "localhost", "127.0.0.1"])
@pytest.mark.parametrize("server", ["api_url", "auth_url"])
def test_the_certificate_has_every_name(posing: LocalServer, trust: ssl.SSLContext, server: str, name: str) -> None:
    """The API and the consent page are served over TLS with Fiskil's names."""
    url = urlsplit(getattr(posing.fiskil, server))

    with (
        socket.create_connection((url.hostname or "", url.port or 0), timeout=30) as connection,
        trust.wrap_socket(connection, server_hostname=name) as secure,
    ):
        subject = secure.getpeercert() or {}

    assert url.scheme == "https"
    assert name in [value for _, value in subject["subjectAltName"]]


def test_sessions_name_the_chosen_consent_page(posing: LocalServer, api: httpx.Client, trust: ssl.SSLContext) -> None:
    """The page is served at its port, and responses and the environment of the app name the chosen origin."""
    end_user_id = posing.fiskil.enrol("rosa").end_user_id
    body = {"end_user_id": end_user_id, "redirect_uri": "", "cancel_uri": ""}

    session = api.post("/v1/auth/session", json=body).json()
    page = httpx.get(
        posing.fiskil.auth_url, params={"sess_id": session["session_id"]}, verify=trust, trust_env=False, timeout=30
    )

    assert session["auth_url"] == f"https://auth.fiskil.com?sess_id={session['session_id']}"
    assert page.status_code == 200
    assert "\nFISKIL_AUTH_URL=https://auth.fiskil.com\n" in posing.environment()


@pytest.mark.parametrize(
    ("host", "origin"),
    [
        ("api.fiskil.com", "https://api.fiskil.com"),
        ("API.fiskil.com:8700", "https://API.fiskil.com:8700"),
        ("api.fiskil.com:x", None),
        ("api.example.com", None),
    ],
)
def test_links_lead_to_the_host_of_the_request(
    posing: LocalServer, api: httpx.Client, host: str, origin: str | None
) -> None:
    """A client that calls Fiskil's own host may refuse links to another one. Source: paging.link-form"""
    end_user = posing.fiskil.enrol("rosa")
    posing.fiskil.authorise(end_user)

    response = api.get(
        "/v1/banking/transactions",
        params={"end_user_id": end_user.end_user_id, "page[size]": "2"},
        headers={"host": host},
    )

    assert response.json()["links"]["next"].startswith(f"{origin or posing.fiskil.api_url}/v1/banking/transactions?")


def test_both_addresses_of_the_consent_page_are_printed(posing: LocalServer) -> None:
    """The start of ``serve`` shows the origin in ``auth_url`` and the address to which a browser must be led."""
    assert address_lines(posing) == [
        f"api_url      {posing.fiskil.api_url}",
        "auth_url     https://auth.fiskil.com",
        f"served at    {posing.fiskil.auth_url}",
        f"control      {posing.control_url}/_sandbox/state",
    ]


def test_an_unusable_origin_is_refused(tmp_path: Path) -> None:
    """Nothing listens then."""
    with pytest.raises(UsageError, match=r"'auth\.fiskil\.com' is not an origin"):
        LocalFiskil(workdir=tmp_path, auth_origin="auth.fiskil.com")
