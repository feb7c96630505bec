"""Faults that redirect: as values, and where a plain client goes."""

import ssl
from collections.abc import Callable
from pathlib import Path

import httpx
import pytest

from fiskil_harness import faults
from fiskil_harness.errors import ConfigError, FaultUnbitten
from fiskil_harness.journal import Journal, Strayed
from fiskil_harness.server.local_fiskil import LocalFiskil
from tests.faults.observed import PATH, ROUTE, hear, told

FAULTS = [
    (faults.RedirectLoop(), "http://api.example", b"http://api.example"),
    (faults.RedirectCrossOrigin(), "http://api.example", b"http://stranger.example"),
    (faults.RedirectDowngrade(), "https://api.example", b"http://stranger.example"),
]


@pytest.mark.parametrize(("fault", "api_url", "origin"), FAULTS, ids=repr)
def test_path_and_query_go_along(fault: faults.AnyFault, api_url: str, origin: bytes) -> None:
    """To the other origin, as they were asked; the API does nothing."""
    reply = fault.response_instead(told(api_url=api_url))

    assert reply is not None
    assert (reply.status, reply.body) == (307, b"")
    assert reply.headers == ((b"location", origin + PATH.encode()), (b"content-length", b"0"))


def test_what_is_http_already_cannot_be_downgraded() -> None:
    """The API answers, and it is no bite."""
    assert faults.RedirectDowngrade().response_instead(told()) is None


def test_a_downgrade_before_plain_http_is_told(fiskil: LocalFiskil) -> None:
    """As a fault that never bit."""
    with pytest.raises(FaultUnbitten, match="1 response gave it nothing to spoil"):
        hear(fiskil, faults.RedirectDowngrade())


def test_a_socket_reads_where_to_go(fiskil: LocalFiskil) -> None:
    """The very URL that it asked, under the status that was chosen."""
    heard = hear(fiskil, faults.RedirectLoop(status=302))

    assert heard.data.startswith(b"HTTP/1.1 302 Found\r\nlocation: http://localhost" + PATH.encode() + b"\r\n")


def test_a_loop_ends_with_the_bites(fiskil: LocalFiskil) -> None:
    """Who follows three times gets the answer."""
    with httpx.Client(base_url=fiskil.api_url, trust_env=False, follow_redirects=True) as client:
        with fiskil.broken(ROUTE, faults.RedirectLoop(), times=3):
            answer = client.get(PATH)

        assert ([response.status_code for response in answer.history], answer.status_code) == ([307, 307, 307], 200)


def test_a_loop_without_end_is_noticed(fiskil: LocalFiskil) -> None:
    """A client stops after twenty, and never follows unless it is told to."""
    with (
        httpx.Client(base_url=fiskil.api_url, trust_env=False) as client,
        fiskil.broken(ROUTE, faults.RedirectLoop(), times=0),
    ):
        with pytest.raises(httpx.TooManyRedirects):
            client.get(PATH, follow_redirects=True)
        assert client.get(PATH).status_code == 307


def test_a_stranger_gets_no_token_from_httpx(fiskil: LocalFiskil) -> None:
    """Who follows comes to the trap, and httpx leaves the token behind."""
    with fiskil.broken(ROUTE, faults.RedirectCrossOrigin()):
        answer = httpx.get(
            fiskil.api_url + PATH, headers={"authorization": "Bearer x"}, trust_env=False, follow_redirects=True
        )

    assert str(answer.url) == fiskil.trap.url + PATH
    assert "authorization" not in answer.request.headers


def test_a_downgrade_leads_to_http(tmp_path: Path) -> None:
    """From an API that speaks TLS to an address that does not."""
    with LocalFiskil(workdir=tmp_path, seed=7, is_tls=True) as secure:
        trusting = ssl.create_default_context(cafile=str(secure.certificates.ca_file))
        with secure.broken(ROUTE, faults.RedirectDowngrade()):
            answer = httpx.get(secure.api_url + PATH, trust_env=False, verify=trusting, follow_redirects=True)

        assert (secure.api_url[:6], str(answer.url)) == ("https:", secure.trap.url + PATH)


@pytest.mark.parametrize("kind", [faults.RedirectLoop, faults.RedirectCrossOrigin, faults.RedirectDowngrade])
def test_a_status_that_redirects_nobody_is_refused(kind: Callable[..., faults.PlainFault]) -> None:
    """Before anything is asked."""
    with pytest.raises(ConfigError, match="status must be 301 or 302 or 303 or 307 or 308, got 200"):
        kind(status=200).check()


def test_who_follows_to_another_origin_is_written_down(fiskil: LocalFiskil) -> None:
    """With the path that was called, and whether the token went along."""
    journal = Journal()
    fiskil.link.begin(journal, is_stray=lambda _end_user_id: False)
    headers = {"authorization": "Bearer nobodys"}
    with (
        fiskil.broken(ROUTE, faults.RedirectCrossOrigin()),
        httpx.Client(base_url=fiskil.api_url, trust_env=False, headers=headers) as client,
    ):
        led = client.get(PATH).headers["location"]

    httpx.get(led, headers=headers, trust_env=False)

    (strayed,) = journal.all(Strayed)
    assert PATH.startswith(strayed.path)
    assert strayed.carries_token
