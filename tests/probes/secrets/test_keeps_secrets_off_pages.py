"""keeps_secrets_off_pages: whatever a browser is sent is searched, and what was not seen proves nothing."""

import base64
from typing import Any
from urllib.parse import quote

import pytest

from fiskil_harness.journal import NO_RESPONSE
from fiskil_harness.probes import KeepsSecretsOffPages, Verdict
from tests.probes.sights import NUMBER, SECRET, TOKEN, WEBHOOK_SECRET, Sights
from tests.probes.tape import Tape

PROBE = KeepsSecretsOffPages()
PLACES = {
    "script": ({"kind": "script", "body": f"const secret = '{SECRET}'".encode()}, "the client secret stands in a script"),
    "page": ({"kind": "document", "body": WEBHOOK_SECRET.encode()}, "the webhook secret stands in the source"),
    "map": ({"kind": "sourcemap", "body": SECRET.encode()}, "the client secret stands in a source map"),
    "answer": ({"kind": "xhr", "body": TOKEN.encode()}, "the access token stands in an answer to a script"),
    "base64": (
        {"kind": "fetch", "body": base64.b64encode(f"id:{SECRET}".encode())},
        "the client secret in base64 stands in an answer to a script",
    ),
    "style": ({"kind": "stylesheet", "body": SECRET.encode()}, "the client secret stands in a style sheet"),
    "socket": ({"kind": "websocket", "body": SECRET.encode()}, "the client secret stands in what a socket tells"),
    "sent": ({"kind": "fetch", "sent": quote(WEBHOOK_SECRET, safe="").encode()}, "stands in a request"),
    "header": ({"kind": "fetch", "headers": (("x-key", SECRET),)}, "the client secret stands in a request"),
    "header of an answer": (
        {"kind": "fetch", "answer_headers": (("x-debug-secret", SECRET),)},
        "the client secret stands in the headers of an answer to the page 'connect'",
    ),
    "token in a header": (
        {"kind": "fetch", "answer_headers": (("x-token", TOKEN),)},
        "the access token stands in the headers of an answer to the page 'connect'",
    ),
    "cookie of a picture": (
        {"kind": "image", "answer_headers": (("set-cookie", "theme=dark"), ("set-cookie", f"key={SECRET}; HttpOnly"))},
        "the client secret stands in the headers of an answer to the page 'connect'",
    ),
}
HARMLESS: dict[str, dict[str, Any]] = {
    "a name": {"kind": "script", "body": b"const clientSecret = process.env.FISKIL_CLIENT_SECRET"},
    "an account": {"kind": "fetch", "body": NUMBER.encode()},
    "another's token": {"kind": "fetch", "body": b"eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiJtZSJ9.b3duLXNpZ25hdHVyZQ"},
    "a picture that was refused": {"kind": "image", "status": None, "lack": "it was refused"},
    "an answer that nobody waited for": {"kind": "fetch", "status": None, "lack": NO_RESPONSE},
}
UNSEEN: dict[str, dict[str, Any]] = {
    "a script of elsewhere": {"kind": "script", "status": None, "lack": "it was refused"},
    "an answer that is gone": {"kind": "fetch", "lack": "the browser had thrown it away"},
    "a script that never came": {"kind": "script", "status": None, "lack": NO_RESPONSE},
    "an answer that was read before alone": {"kind": "document", "lack": "thrown away", "path": "/connect"},
    "a socket that told too much": {"kind": "websocket", "body": b"news", "lack": "it told too much"},
    "a service worker": {"kind": "serviceworker", "status": None, "lack": "it was kept out"},
}


@pytest.mark.parametrize("place", PLACES)
def test_a_secret_is_found_wherever_it_stands(place: str) -> None:
    """What a browser was sent, whoever sits before it can read."""
    sights, (asked, seen) = Sights(), PLACES[place]
    sights.fetched(**asked)

    finding = PROBE.examine(sights.journal)

    assert finding.verdict is Verdict.FAIL
    assert seen in finding.observed
    assert not any(value in repr(finding) for value in (SECRET, TOKEN, WEBHOOK_SECRET))


def test_a_secret_on_the_page_as_it_stands_is_found() -> None:
    """A script may have put it there."""
    sights = Sights()
    sights.shown(html=f"<p hidden>{SECRET}</p>")

    assert PROBE.examine(sights.journal).observed == "the client secret stands on the page 'connect'"


def test_a_secret_that_the_browser_keeps_is_found() -> None:
    """It must have been sent there."""
    sights = Sights()
    sights.stored("localStorage", "config", SECRET)

    assert PROBE.examine(sights.journal).observed == "the client secret is kept by the browser (localStorage)"


@pytest.mark.parametrize("name", HARMLESS)
def test_what_is_no_secret_passes(name: str) -> None:
    """Names of secrets, the person's own data, and things that hold no text accuse nobody."""
    sights = Sights()
    sights.fetched(**HARMLESS[name])

    assert PROBE.examine(sights.journal).verdict is Verdict.PASS


def test_a_token_in_a_cookie_is_another_practices_business() -> None:
    """One flaw, one accusation."""
    sights = Sights()
    sights.stored("cookie", "session", TOKEN)
    sights.fetched(kind="document", headers=(("cookie", f"session={TOKEN}"),))

    assert PROBE.examine(sights.journal).verdict is Verdict.PASS


@pytest.mark.parametrize("name", UNSEEN)
def test_what_was_not_read_proves_nothing(name: str) -> None:
    """A secret may stand in it."""
    sights = Sights()
    sights.fetched(**UNSEEN[name])

    assert PROBE.examine(sights.journal).verdict is Verdict.INCONCLUSIVE


@pytest.mark.parametrize(("page", "verdict"), [("connect", Verdict.PASS), ("callback", Verdict.INCONCLUSIVE)])
def test_what_was_thrown_away_may_be_read_later(page: str, verdict: Verdict) -> None:
    """The same page asked again, and got it; what another page got may be something else."""
    sights = Sights()
    sights.fetched("/api/me", kind="fetch", problem="thrown away")
    sights.fetched("/api/me", kind="fetch", body=b"{}", page=page)

    assert PROBE.examine(sights.journal).verdict is verdict


def test_a_socket_is_one_however_often_it_was_heard() -> None:
    """In how many pieces is a matter of time."""
    whole, pieces = Sights(), Sights()
    whole.fetched("/live", kind="websocket", body=b"one")
    for _ in range(3):
        pieces.fetched("/live", kind="websocket", body=b"one")

    assert PROBE.examine(whole.journal) == PROBE.examine(pieces.journal)


def test_a_later_socket_does_not_tell_what_an_earlier_one_told() -> None:
    """Each tells another thing."""
    sights = Sights()
    sights.fetched("/live", kind="websocket", problem="it told too much")
    sights.fetched("/live", kind="websocket", body=b"one")

    assert PROBE.examine(sights.journal).verdict is Verdict.INCONCLUSIVE


def test_a_page_that_was_not_seen_as_it_is_proves_nothing() -> None:
    """Its lack is told."""
    sights = Sights()
    sights.shown("connections", problem="the app answered 404")

    finding = PROBE.examine(sights.journal)

    assert (finding.verdict, finding.observed) == (
        Verdict.INCONCLUSIVE,
        "the page 'connections' could not be read: the app answered 404",
    )


def test_without_a_look_there_is_nothing_to_say(tape: Tape) -> None:
    """The hook that would help is named."""
    tape.call("token")

    finding = PROBE.examine(tape.journal)

    assert (finding.verdict, finding.hook) == (Verdict.INCONCLUSIVE, "app.observe.pages")


def test_without_a_way_back_there_is_nothing_to_say(tape: Tape) -> None:
    """The pages that matter come after a journey."""
    Sights.shown(tape, "connect")  # type: ignore[arg-type]

    assert PROBE.examine(tape.journal).observed == "no journey returned to the app in the browser"
