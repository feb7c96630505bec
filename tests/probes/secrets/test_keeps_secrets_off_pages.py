"""keeps_secrets_off_pages: everything that a browser receives is searched; unread parts make a PASS impossible."""

import base64
from typing import Any
from urllib.parse import quote

import pytest

from fiskil_harness.journal import NO_RESPONSE
from fiskil_harness.journal.builder import JournalBuilder
from fiskil_harness.probes import KeepsSecretsOffPages, Verdict
from tests.probes.sights import NUMBER, SECRET, TOKEN, WEBHOOK_SECRET, BrowserJournal

PROBE = KeepsSecretsOffPages()
PLACES = {
    "script": ({"kind": "script", "body": f"const secret = '{SECRET}'".encode()}, "the client secret is in a script"),
    "page": ({"kind": "document", "body": WEBHOOK_SECRET.encode()}, "the webhook secret is in the source"),
    "map": ({"kind": "sourcemap", "body": SECRET.encode()}, "the client secret is in a source map"),
    "response": ({"kind": "xhr", "body": TOKEN.encode()}, "the access token is in a response to a script"),
    "base64": (
        {"kind": "fetch", "body": base64.b64encode(f"id:{SECRET}".encode())},
        "the client secret in base64 is in a response to a script",
    ),
    "style": ({"kind": "stylesheet", "body": SECRET.encode()}, "the client secret is in a style sheet"),
    "socket": ({"kind": "websocket", "body": SECRET.encode()}, "the client secret is in a WebSocket message"),
    "sent": ({"kind": "fetch", "sent": quote(WEBHOOK_SECRET, safe="").encode()}, "is in a request"),
    "header": ({"kind": "fetch", "headers": (("x-key", SECRET),)}, "the client secret is in a request"),
    "header of a response": (
        {"kind": "fetch", "response_headers": (("x-debug-secret", SECRET),)},
        "the client secret is in the headers of a response to the page 'connect'",
    ),
    "token in a header": (
        {"kind": "fetch", "response_headers": (("x-token", TOKEN),)},
        "the access token is in the headers of a response to the page 'connect'",
    ),
    "cookie of a picture": (
        {"kind": "image", "response_headers": (("set-cookie", "theme=dark"), ("set-cookie", f"key={SECRET}; HttpOnly"))},
        "the client secret is in the headers of a response to the page 'connect'",
    ),
}
HARMLESS: dict[str, dict[str, Any]] = {
    "a name": {"kind": "script", "body": b"const clientSecret = process.env.FISKIL_CLIENT_SECRET"},
    "an account": {"kind": "fetch", "body": NUMBER.encode()},
    "another's token": {"kind": "fetch", "body": b"eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiJtZSJ9.b3duLXNpZ25hdHVyZQ"},
    "a picture that was not loaded": {"kind": "image", "status": None, "problem": "it was refused"},
    "a response that the page did not wait for": {"kind": "fetch", "status": None, "problem": NO_RESPONSE},
}
UNREAD: dict[str, dict[str, Any]] = {
    "a script of another host": {"kind": "script", "status": None, "problem": "it was refused"},
    "a discarded response": {"kind": "fetch", "problem": "the browser had thrown it away"},
    "a script that never came": {"kind": "script", "status": None, "problem": NO_RESPONSE},
    "a response that was read only earlier": {"kind": "document", "problem": "thrown away", "path": "/connect"},
    "a WebSocket with too much data": {"kind": "websocket", "body": b"news", "problem": "it sent too much"},
    "a service worker": {"kind": "serviceworker", "status": None, "problem": "it was kept out"},
}


@pytest.mark.parametrize("place", PLACES)
def test_a_secret_is_found_in_every_place(place: str) -> None:
    """The user of a browser can read everything that it receives."""
    sights, (request, text) = BrowserJournal(), PLACES[place]
    sights.fetch(**request)

    finding = PROBE.examine(sights.build())

    assert finding.verdict is Verdict.FAIL
    assert text in finding.observed
    assert not any(value in repr(finding) for value in (SECRET, TOKEN, WEBHOOK_SECRET))


def test_a_secret_on_the_rendered_page_is_found() -> None:
    """A script may have put it there."""
    sights = BrowserJournal()
    sights.view(html=f"<p hidden>{SECRET}</p>")

    assert PROBE.examine(sights.build()).observed == "the client secret is on the page 'connect'"


def test_a_secret_that_the_browser_keeps_is_found() -> None:
    """The app must have sent it to the browser."""
    sights = BrowserJournal()
    sights.store("localStorage", "config", SECRET)

    assert PROBE.examine(sights.build()).observed == "the client secret is kept by the browser (localStorage)"


@pytest.mark.parametrize("name", HARMLESS)
def test_harmless_content_passes(name: str) -> None:
    """Names of secrets, the end user's own data and resources without text do not fail."""
    sights = BrowserJournal()
    sights.fetch(**HARMLESS[name])

    assert PROBE.examine(sights.build()).verdict is Verdict.PASS


def test_a_token_in_a_cookie_counts_for_another_practice() -> None:
    """One flaw fails one practice only."""
    sights = BrowserJournal()
    sights.store("cookie", "session", TOKEN)
    sights.fetch(kind="document", headers=(("cookie", f"session={TOKEN}"),))

    assert PROBE.examine(sights.build()).verdict is Verdict.PASS


@pytest.mark.parametrize(
    ("header", "verdict"), [("Set-Cookie", Verdict.PASS), ("location", Verdict.PASS), ("x", Verdict.FAIL)]
)
def test_a_token_in_a_header_that_stores_it_counts_for_another_practice(header: str, verdict: Verdict) -> None:
    """The browser keeps a cookie and the URL of a redirect; a token in any other header is a leak of this practice."""
    sights = BrowserJournal()
    sights.fetch(kind="fetch", response_headers=((header, f"session={TOKEN}"),))

    assert PROBE.examine(sights.build()).verdict is verdict


@pytest.mark.parametrize("name", UNREAD)
def test_unread_content_is_inconclusive(name: str) -> None:
    """It may contain a secret."""
    sights = BrowserJournal()
    sights.fetch(**UNREAD[name])

    assert PROBE.examine(sights.build()).verdict is Verdict.INCONCLUSIVE


@pytest.mark.parametrize(("page", "verdict"), [("connect", Verdict.PASS), ("callback", Verdict.INCONCLUSIVE)])
def test_a_discarded_response_may_be_read_later(page: str, verdict: Verdict) -> None:
    """The same page requested it again and the response was read; a response to another page may differ."""
    sights = BrowserJournal()
    sights.fetch("/api/me", kind="fetch", problem="thrown away")
    sights.fetch("/api/me", kind="fetch", body=b"{}", page=page)

    assert PROBE.examine(sights.build()).verdict is verdict


def test_a_websocket_counts_once() -> None:
    """The number of its messages depends on timing."""
    single, split = BrowserJournal(), BrowserJournal()
    single.fetch("/live", kind="websocket", body=b"one")
    for _ in range(3):
        split.fetch("/live", kind="websocket", body=b"one")

    assert PROBE.examine(single.build()) == PROBE.examine(split.build())


def test_a_later_websocket_does_not_replace_an_earlier_one() -> None:
    """Each connection has other content."""
    sights = BrowserJournal()
    sights.fetch("/live", kind="websocket", problem="it sent too much")
    sights.fetch("/live", kind="websocket", body=b"one")

    assert PROBE.examine(sights.build()).verdict is Verdict.INCONCLUSIVE


def test_a_page_that_was_not_read_is_inconclusive() -> None:
    """The finding contains the reason."""
    sights = BrowserJournal()
    sights.view("connections", problem="the app returned 404")

    finding = PROBE.examine(sights.build())

    assert (finding.verdict, finding.observed) == (
        Verdict.INCONCLUSIVE,
        "the page 'connections' could not be read: the app returned 404",
    )


def test_without_page_views_the_result_is_inconclusive(tape: JournalBuilder) -> None:
    """The finding names the hook that would help."""
    tape.call("token")

    finding = PROBE.examine(tape.build())

    assert (finding.verdict, finding.hook) == (Verdict.INCONCLUSIVE, "app.observe.pages")


def test_without_a_completed_journey_the_result_is_inconclusive(tape: JournalBuilder) -> None:
    """The relevant pages come after a journey."""
    BrowserJournal.view(tape, "connect")  # type: ignore[arg-type]

    assert PROBE.examine(tape.build()).observed == "no journey returned to the app in the browser"
