"""Redirect faults: as values, and as a plain client follows them."""

import ssl
from collections.abc import Callable
from pathlib import Path

import httpx
import pytest

from fiskil_harness import faults
from fiskil_harness.errors import ConfigError, FaultUnbitten
from fiskil_harness.journal import ForeignOriginCalled, Journal
from fiskil_harness.server.local_fiskil import LocalFiskil
from tests.faults.observed import PATH, ROUTE, make_exchange, receive
from tests.plain_http import plain_client

FAULTS = [
    (faults.RedirectLoop(), "http://api.example", b"http://api.example"),
    (faults.RedirectCrossOrigin(), "http://api.example", b"http://stranger.example"),
    (faults.RedirectDowngrade(), "https://api.example", b"http://stranger.example"),
]


@pytest.mark.parametrize(("fault", "api_url", "origin"), FAULTS, ids=repr)
def test_path_and_query_are_kept(fault: faults.AnyFault, api_url: str, origin: bytes) -> None:
    """The redirect keeps path and query; the API does nothing."""
    reply = fault.response_instead(make_exchange(api_url=api_url))

    assert reply is not None
    assert (reply.status, reply.body) == (307, b"")
    assert reply.headers == ((b"location", origin + PATH.encode()), (b"content-length", b"0"))


def test_plain_http_cannot_be_downgraded() -> None:
    """The API responds, and that is no bite."""
    assert faults.RedirectDowngrade().response_instead(make_exchange()) is None


def test_a_downgrade_of_plain_http_never_bites(fiskil: LocalFiskil) -> None:
    """The error states that the fault never bit."""
    with pytest.raises(FaultUnbitten, match="1 response gave it nothing to spoil"):
        receive(fiskil, faults.RedirectDowngrade())


def test_a_socket_reads_the_location(fiskil: LocalFiskil) -> None:
    """The location is the requested URL, under the chosen status."""
    received = receive(fiskil, faults.RedirectLoop(status=302))

    assert received.data.startswith(b"HTTP/1.1 302 Found\r\nlocation: http://localhost" + PATH.encode() + b"\r\n")


def test_a_loop_ends_with_the_bites(fiskil: LocalFiskil) -> None:
    """A client that follows three times gets the response."""
    with plain_client(base_url=fiskil.api_url, follow_redirects=True) as client:
        with fiskil.broken(ROUTE, faults.RedirectLoop(), times=3):
            response = client.get(PATH)

        assert ([response.status_code for response in response.history], response.status_code) == ([307, 307, 307], 200)


def test_a_loop_without_end_is_noticed(fiskil: LocalFiskil) -> None:
    """A client stops after twenty redirects, and follows none unless configured to."""
    with (
        plain_client(base_url=fiskil.api_url) as client,
        fiskil.broken(ROUTE, faults.RedirectLoop(), times=0),
    ):
        with pytest.raises(httpx.TooManyRedirects):
            client.get(PATH, follow_redirects=True)
        assert client.get(PATH).status_code == 307


def test_httpx_sends_no_token_to_another_origin(fiskil: LocalFiskil) -> None:
    """Httpx follows to the canary server, without the token."""
    with fiskil.broken(ROUTE, faults.RedirectCrossOrigin()):
        response = httpx.get(
            fiskil.api_url + PATH, headers={"authorization": "Bearer x"}, trust_env=False, follow_redirects=True, timeout=30
        )

    assert str(response.url) == fiskil.canary_server.url + PATH
    assert "authorization" not in response.request.headers


def test_a_downgrade_leads_to_http(tmp_path: Path) -> None:
    """The redirect leads from an API with TLS to an address without."""
    with LocalFiskil(workdir=tmp_path, seed=7, is_tls=True) as secure:
        trusting = ssl.create_default_context(cafile=str(secure.certificates.ca_file))
        with secure.broken(ROUTE, faults.RedirectDowngrade()):
            response = httpx.get(secure.api_url + PATH, trust_env=False, verify=trusting, follow_redirects=True, timeout=30)

        assert (secure.api_url[:6], str(response.url)) == ("https:", secure.canary_server.url + PATH)


@pytest.mark.parametrize("kind", [faults.RedirectLoop, faults.RedirectCrossOrigin, faults.RedirectDowngrade])
def test_a_status_that_is_no_redirect_is_refused(kind: Callable[..., faults.Fault]) -> None:
    """Such a status is refused before any request."""
    with pytest.raises(ConfigError, match="status must be 301 or 302 or 303 or 307 or 308, got 200"):
        kind(status=200).check()


def test_a_request_to_another_origin_is_recorded(fiskil: LocalFiskil) -> None:
    """The journal has the called path, and states if the token was sent."""
    journal = Journal()
    fiskil.proxy.begin(journal, is_of_earlier_scenario=lambda _end_user_id: False)
    headers = {"authorization": "Bearer nobodys"}
    with (
        fiskil.broken(ROUTE, faults.RedirectCrossOrigin()),
        plain_client(base_url=fiskil.api_url, headers=headers) as client,
    ):
        led = client.get(PATH).headers["location"]

    httpx.get(led, headers=headers, trust_env=False, timeout=30)

    (foreign,) = journal.all(ForeignOriginCalled)
    assert PATH.startswith(foreign.path)
    assert foreign.carries_token
