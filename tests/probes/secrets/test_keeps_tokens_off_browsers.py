"""keeps_tokens_off_browsers: storage, cookies, addresses and history are searched, in every form that a token may take."""

import base64
import zlib
from urllib.parse import quote

import pytest

from fiskil_harness.probes import KeepsTokensOffBrowsers, Verdict
from tests.probes.sights import SECRET, TOKEN, Sights

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
def test_a_token_is_found_in_every_form(form: str) -> None:
    """Encodings hide nothing."""
    sights = Sights()
    sights.stored("cookie", "session", FORMS[form])

    finding = PROBE.examine(sights.journal)

    assert finding.verdict is Verdict.FAIL
    assert finding.observed.endswith("stands in a cookie, on the page 'connect'")
    assert TOKEN not in repr(finding)


@pytest.mark.parametrize("place", ["localStorage", "sessionStorage", "IndexedDB", "cache", "url", "history"])
def test_a_token_is_found_in_every_place(place: str) -> None:
    """Each of them outlives the moment."""
    sights = Sights()
    sights.stored(place, "0", f"http://127.0.0.1:1/callback#access_token={TOKEN}")

    assert PROBE.examine(sights.journal).verdict is Verdict.FAIL


def test_a_cookie_that_was_sent_and_is_gone_is_found() -> None:
    """It was kept long enough to be sent."""
    sights = Sights()
    sights.fetched(headers=(("cookie", f"a=1; t={TOKEN}"),))

    assert PROBE.examine(sights.journal).observed == "the access token stands in a cookie, on the page 'connect'"


@pytest.mark.parametrize(
    ("header", "place"), [("Set-Cookie", "a cookie"), ("location", "an address that the browser was sent to")]
)
def test_what_an_answer_sets_for_a_moment_is_found(header: str, place: str) -> None:
    """The next answer may take it away, before anybody looks."""
    sights = Sights()
    sights.fetched("/go", kind="fetch", response_headers=(("x", "y"), (header, f"/next?t={TOKEN}; Max-Age=60")))

    assert PROBE.examine(sights.journal).observed == f"the access token stands in {place}, on the page 'connect'"


def test_harmless_things_are_kept_without_blame() -> None:
    """A session id, a colour and another token are nobody's access token; of a secret another probe tells."""
    sights = Sights()
    sights.stored("cookie", "session", "s%3Aabc.def")
    sights.stored("localStorage", "theme", "dark")
    sights.stored("localStorage", "token", "eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiJtZSJ9.b3duLXNpZ25hdHVyZQ")
    sights.stored("localStorage", "secret", SECRET)

    assert PROBE.examine(sights.journal).verdict is Verdict.PASS


def test_storage_that_was_not_read_proves_nothing() -> None:
    """A token may lie there."""
    sights = Sights()
    sights.stored("lack", "IndexedDB", "UnknownError")

    finding = PROBE.examine(sights.journal)

    assert (finding.verdict, finding.observed) == (
        Verdict.INCONCLUSIVE,
        "the browser's IndexedDB could not be read: UnknownError",
    )


def test_without_a_token_there_was_nothing_to_keep() -> None:
    """An app that never had one cannot have leaked it."""
    sights = Sights(has_called=False)

    assert PROBE.examine(sights.journal).observed == "the app made no call with a token"
