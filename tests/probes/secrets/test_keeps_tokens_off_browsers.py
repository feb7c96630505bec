"""keeps_tokens_off_browsers: storage, cookies, addresses and history are searched for a token in every encoding."""

import base64
import zlib
from urllib.parse import quote

import pytest

from fiskil_harness.journal import StoragePlace
from fiskil_harness.probes import KeepsTokensOffBrowsers, Verdict
from tests.probes.sights import SECRET, TOKEN, BrowserJournal

PROBE = KeepsTokensOffBrowsers()
PACKED = base64.urlsafe_b64encode(zlib.compress(f'{{"token":"{TOKEN}"}}'.encode())).decode().rstrip("=")
FORMS = {
    "plain": TOKEN,
    "in JSON": f'{{"access_token":"{TOKEN}"}}',
    "in base64": base64.b64encode(f'{{"access_token":"{TOKEN}"}}'.encode()).decode(),
    "URL-encoded": quote(f'{{"access_token":"{TOKEN}"}}', safe=""),
    "URL-encoded base64": quote(base64.b64encode(f"v1:{TOKEN}".encode()).decode(), safe=""),
    "a packed session": f".{PACKED}.aSv_Qg.c2lnbmF0dXJl",
}


@pytest.mark.parametrize("form", FORMS)
def test_a_token_is_found_in_every_encoding(form: str) -> None:
    """An encoding hides nothing."""
    sights = BrowserJournal()
    sights.store("cookie", "session", FORMS[form])

    finding = PROBE.examine(sights.build())

    assert finding.verdict is Verdict.FAIL
    assert finding.observed.endswith("is in a cookie, on the page 'connect'")
    assert TOKEN not in repr(finding)


@pytest.mark.parametrize(
    ("place", "name"),
    [
        ("localStorage", "localStorage"),
        ("sessionStorage", "sessionStorage"),
        ("IndexedDB", "IndexedDB"),
        ("cache", "the browser's cache"),
        ("url", "a URL that the browser was redirected to"),
        ("history", "the browser's history"),
    ],
)
def test_a_token_is_found_in_every_place(place: StoragePlace, name: str) -> None:
    """The browser keeps each of them."""
    sights = BrowserJournal()
    sights.store(place, "0", f"http://127.0.0.1:1/callback#access_token={TOKEN}")

    finding = PROBE.examine(sights.build())

    observed = f"the access token is in {name}, on the page 'connect'"
    assert (finding.verdict, finding.observed, finding.evidence) == (Verdict.FAIL, observed, (observed,))


def test_a_deleted_cookie_that_was_sent_is_found() -> None:
    """The browser kept it long enough to send it."""
    sights = BrowserJournal()
    sights.fetch(headers=(("cookie", f"a=1; t={TOKEN}"),))

    assert PROBE.examine(sights.build()).observed == "the access token is in a cookie, on the page 'connect'"


@pytest.mark.parametrize(
    ("header", "place"), [("Set-Cookie", "a cookie"), ("location", "a URL that the browser was redirected to")]
)
def test_a_token_set_for_a_moment_is_found(header: str, place: str) -> None:
    """The next response may delete it before the harness reads the storage."""
    sights = BrowserJournal()
    sights.fetch("/go", kind="fetch", response_headers=(("x", "y"), (header, f"/next?t={TOKEN}; Max-Age=60")))

    assert PROBE.examine(sights.build()).observed == f"the access token is in {place}, on the page 'connect'"


def test_harmless_stored_values_pass() -> None:
    """A session id, a theme and another issuer's token are allowed; another probe judges secrets."""
    sights = BrowserJournal()
    sights.store("cookie", "session", "s%3Aabc.def")
    sights.store("localStorage", "theme", "dark")
    sights.store("localStorage", "token", "eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiJtZSJ9.b3duLXNpZ25hdHVyZQ")
    sights.store("localStorage", "secret", SECRET)

    assert PROBE.examine(sights.build()).verdict is Verdict.PASS


def test_unread_storage_is_inconclusive() -> None:
    """It may contain a token."""
    sights = BrowserJournal()
    sights.store("unread", "IndexedDB", "UnknownError")

    finding = PROBE.examine(sights.build())

    assert (finding.verdict, finding.observed) == (
        Verdict.INCONCLUSIVE,
        "the browser's IndexedDB could not be read: UnknownError",
    )


def test_without_a_token_the_result_is_inconclusive() -> None:
    """An app without a token cannot leak one."""
    sights = BrowserJournal(has_called=False)

    assert PROBE.examine(sights.build()).observed == "the app made no call with a token"


def test_every_place_with_the_token_is_evidence() -> None:
    """A place that was seen twice is named once."""
    sights = BrowserJournal()
    sights.store("localStorage", "first", TOKEN)
    sights.store("localStorage", "second", TOKEN)
    sights.store("cookie", "session", TOKEN)

    assert PROBE.examine(sights.build()).evidence == (
        "the access token is in localStorage, on the page 'connect'",
        "the access token is in a cookie, on the page 'connect'",
    )
