"""shows_no_server_error: pages are made for people; hooks may fail when the API does."""

import pytest

from fiskil_harness.probes import ShowsNoServerError, Verdict
from tests.probes.tape import Tape

PROBE = ShowsNoServerError()
PAGE = b"<!doctype html><title>Not connected</title><h1>Nothing was shared</h1>"


@pytest.mark.parametrize("status", [200, 400, 404])
def test_a_page_with_words_passes(tape: Tape, status: int) -> None:
    """Which status a page for people has is the app's affair."""
    tape.visit("cancelled", status=status, body=PAGE)

    assert PROBE.examine(tape.journal).verdict is Verdict.PASS


@pytest.mark.parametrize(
    ("status", "body", "seen"),
    [
        (500, PAGE, "the cancelled page answered 500"),
        (None, b"", "the cancelled page does not answer"),
        (200, b"", "the cancelled page is blank"),
        (200, b"<html><head><title>Oops</title></head><body></body></html>", "the cancelled page is blank"),
        (200, b"<pre>Traceback (most recent call last):\n", "the cancelled page shows a stack trace"),
        (400, b"Error\n    at Object.x (/srv/app.js:3:9)\n", "the cancelled page shows a stack trace"),
        (500, b"Oops\n\tat com.shop.Main.go(Main.java:12)\n", "the cancelled page shows a stack trace"),
    ],
)
def test_what_is_not_for_people_fails(tape: Tape, status: int | None, body: bytes, seen: str) -> None:
    """Errors, traces and blank pages leave the end user alone."""
    tape.visit("cancelled", status=status, body=body)

    finding = PROBE.examine(tape.journal)

    assert (finding.verdict, finding.observed) == (Verdict.FAIL, seen)


def test_bare_json_fails(tape: Tape) -> None:
    """A browser was sent there, and shows the braces."""
    tape.visit("cancelled", body=b'{"error_type":"AUTH_SESSION_CANCELLED"}', content_type="application/json")

    assert PROBE.examine(tape.journal).observed == "the cancelled page shows bare JSON"


def test_a_page_that_draws_itself_passes(tape: Tape) -> None:
    """A script may draw it; only a real browser could say more."""
    tape.visit("cancelled", body=b'<div id="root"></div><script src="/app.js"></script>')

    assert PROBE.examine(tape.journal).verdict is Verdict.PASS


@pytest.mark.parametrize("status", [302, 303, 204], ids=["found", "see other", "no content"])
def test_a_page_out_of_sight_proves_nothing(tape: Tape, status: int) -> None:
    """A redirect to another machine or an empty answer shows nothing that could be judged."""
    tape.visit("approved", body=PAGE)
    tape.visit("cancelled", status=status)

    finding = PROBE.examine(tape.journal)

    assert (finding.verdict, finding.observed) == (
        Verdict.INCONCLUSIVE,
        f"the cancelled page is not shown by the app: it answered {status}",
    )


def test_a_hook_that_fails_while_the_api_is_well_fails(tape: Tape) -> None:
    """Nobody else can be blamed."""
    tape.visit("cancelled", body=PAGE)
    tape.wait(5)
    tape.hook("start_session", status=500)

    finding = PROBE.examine(tape.journal)

    assert (finding.verdict, finding.observed) == (Verdict.FAIL, "start_session answered 500 though the API was well")


def test_a_hook_may_fail_with_the_api(tape: Tape) -> None:
    """502 says whose fault it is; 500 is advice, because hooks are for machines."""
    tape.visit("cancelled", body=PAGE)
    tape.call("auth_session", status=503, bites=("Status(status=503)",), took_s=0.1)
    tape.hook("start_session", status=500)

    finding = PROBE.examine(tape.journal)

    assert finding.verdict is Verdict.PASS
    assert finding.advice == ("start_session answered 500 when the API failed; 502 or 503 says whose fault it is",)


def test_without_a_page_there_is_nothing_to_see(tape: Tape) -> None:
    """An app without redirect_uri and cancel_uri shows no page."""
    tape.hook("start_session")

    assert PROBE.examine(tape.journal).verdict is Verdict.INCONCLUSIVE


@pytest.mark.parametrize(
    "tag", ["<script>", "<IMG src=x>", "<svg></svg>", "<iframe></iframe>", '<meta HTTP-EQUIV="refresh">']
)
def test_what_may_show_something_is_not_blank(tape: Tape, tag: str) -> None:
    """A picture, a frame, a script or a way on: only a real browser could say more."""
    tape.visit("cancelled", body=f"<html><body>{tag}</body></html>".encode())

    assert PROBE.examine(tape.journal).verdict is Verdict.PASS


@pytest.mark.parametrize(
    ("status", "bites", "verdict"),
    [
        (404, (), Verdict.PASS),
        (399, (), Verdict.FAIL),
        (200, (), Verdict.FAIL),
        (None, (), Verdict.PASS),
        (200, ("LimitData()",), Verdict.PASS),
    ],
)
def test_an_api_call_that_did_not_end_well_excuses_a_hook(
    tape: Tape, status: int | None, bites: tuple[str, ...], verdict: Verdict
) -> None:
    """An error, no answer, or a fault; a good answer excuses nothing."""
    tape.visit("cancelled", body=PAGE)
    tape.call("auth_session", status=status, bites=bites)
    tape.hook("start_session", status=502)

    assert PROBE.examine(tape.journal).verdict is verdict


def test_an_api_call_that_failed_afterwards_excuses_nothing(tape: Tape) -> None:
    """Only what went on while the app was asked."""
    tape.visit("cancelled", body=PAGE)
    tape.hook("start_session", status=502, took_s=0.01)
    tape.wait(5)
    tape.call("auth_session", status=503)

    assert PROBE.examine(tape.journal).verdict is Verdict.FAIL


def test_without_a_page_the_hook_that_leads_to_one_is_named(tape: Tape) -> None:
    """So that the reader knows what would help."""
    tape.hook("start_session")

    assert PROBE.examine(tape.journal).hook == "app.drive.start_session"


def test_messages_of_the_consent_page_are_answered(tape: Tape) -> None:
    """An app that embeds shows nobody a page; that its page is answered is enough."""
    tape.hook("message")
    tape.hook("message", status=409)

    finding = PROBE.examine(tape.journal)

    assert (finding.verdict, finding.observed) == (Verdict.PASS, "2 messages of the consent page were answered")


@pytest.mark.parametrize(
    ("status", "seen"), [(500, "message answered 500 though the API was well"), (None, "message was not answered")]
)
def test_a_message_that_is_too_much_for_the_app_fails(tape: Tape, status: int | None, seen: str) -> None:
    """Its page stands there without an answer."""
    tape.hook("message", status=status)

    finding = PROBE.examine(tape.journal)

    assert (finding.verdict, finding.observed) == (Verdict.FAIL, seen)


@pytest.mark.parametrize("status", [502, None])
def test_a_message_may_go_unanswered_when_the_api_fails(tape: Tape, status: int | None) -> None:
    """An app may ask the API what became of the journey."""
    tape.call("consents.list", status=503)
    tape.hook("message", status=status)

    assert PROBE.examine(tape.journal).verdict is not Verdict.FAIL
