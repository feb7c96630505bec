"""shows_no_server_error: pages are for people; hooks may fail when the API fails."""

from collections.abc import Callable

import pytest

from fiskil_harness.journal import ApiServedOverTls, HookCall, PageView
from fiskil_harness.journal.builder import MOMENT_S, JournalBuilder
from fiskil_harness.probes import ShowsNoServerError, Verdict
from fiskil_harness.probes.pages.shows_no_server_error import FIX_FOR_HOOKS

PROBE = ShowsNoServerError()
PAGE = b"<!doctype html><title>Not connected</title><h1>Nothing was shared</h1>"


@pytest.mark.parametrize("status", [200, 400, 404])
def test_a_page_with_words_passes(tape: JournalBuilder, status: int) -> None:
    """The app may choose any status below 500 for a page for people."""
    tape.visit("cancelled", status=status, body=PAGE)

    assert PROBE.examine(tape.journal).verdict is Verdict.PASS


@pytest.mark.parametrize(
    ("status", "body", "observed"),
    [
        (500, PAGE, "the cancelled page responded 500"),
        (None, b"", "the cancelled page did not respond"),
        (200, b"", "the cancelled page is blank"),
        (200, b"<html><head><title>Oops</title></head><body></body></html>", "the cancelled page is blank"),
        (200, b"<pre>Traceback (most recent call last):\n", "the cancelled page shows a stack trace"),
        (400, b"Error\n    at Object.x (/srv/app.js:3:9)\n", "the cancelled page shows a stack trace"),
        (500, b"Oops\n\tat com.shop.Main.go(Main.java:12)\n", "the cancelled page shows a stack trace"),
    ],
)
def test_a_page_that_is_not_for_people_fails(tape: JournalBuilder, status: int | None, body: bytes, observed: str) -> None:
    """Errors, stack traces and blank pages do not help the end user."""
    tape.visit("cancelled", status=status, body=body)

    finding = PROBE.examine(tape.journal)

    assert (finding.verdict, finding.observed) == (Verdict.FAIL, observed)


def test_bare_json_fails(tape: JournalBuilder) -> None:
    """The browser is redirected to it and shows the raw JSON."""
    tape.visit("cancelled", body=b'{"error_type":"AUTH_SESSION_CANCELLED"}', content_type="application/json")

    assert PROBE.examine(tape.journal).observed == "the cancelled page shows bare JSON"


def test_a_page_rendered_by_a_script_passes(tape: JournalBuilder) -> None:
    """A script may render the page; only a real browser could judge it."""
    tape.visit("cancelled", body=b'<div id="root"></div><script src="/app.js"></script>')

    assert PROBE.examine(tape.journal).verdict is Verdict.PASS


@pytest.mark.parametrize("status", [302, 303, 204], ids=["found", "see other", "no content"])
def test_a_page_without_content_is_inconclusive(tape: JournalBuilder, status: int) -> None:
    """A redirect or an empty response has no content to judge."""
    tape.visit("approved", body=PAGE)
    tape.visit("cancelled", status=status)

    finding = PROBE.examine(tape.journal)

    assert (finding.verdict, finding.observed) == (
        Verdict.INCONCLUSIVE,
        f"the app does not show the cancelled page: it responded {status}",
    )


def test_a_hook_that_fails_while_the_api_is_healthy_fails(tape: JournalBuilder) -> None:
    """The API is not the cause of the failure."""
    tape.visit("cancelled", body=PAGE)
    tape.wait(5)
    tape.hook("start_session", status=500)

    finding = PROBE.examine(tape.journal)

    assert finding.verdict is Verdict.FAIL
    assert finding.observed == "start_session responded 500 although the API was healthy"


def test_a_hook_that_fails_after_a_failed_call_fails_without_a_claim_about_the_api(tape: JournalBuilder) -> None:
    """The call failed before the request, so the API need not have been healthy."""
    tape.visit("cancelled", body=PAGE)
    tape.call("token", status=401, took_s=0.1)
    tape.wait(5)
    tape.hook("start_session", status=500)

    finding = PROBE.examine(tape.journal)

    assert finding.verdict is Verdict.FAIL
    assert finding.observed == "start_session responded 500 although no API call failed meanwhile"


def test_a_hook_may_fail_with_the_api(tape: JournalBuilder) -> None:
    """502 shows that the API is the cause; 500 is advice, because hooks are for machines."""
    tape.visit("cancelled", body=PAGE)
    tape.call("auth_session", status=503, bites=("Status(status=503)",), took_s=0.1)
    tape.hook("start_session", status=500)

    finding = PROBE.examine(tape.journal)

    assert finding.verdict is Verdict.PASS
    assert finding.advice == ("start_session responded 500 when the API failed; 502 or 503 shows that the API is the cause",)


def test_without_a_page_the_probe_is_inconclusive(tape: JournalBuilder) -> None:
    """An app without redirect_uri and cancel_uri shows no page."""
    tape.hook("start_session")

    assert PROBE.examine(tape.journal).verdict is Verdict.INCONCLUSIVE


@pytest.mark.parametrize(
    "tag", ["<script>", "<IMG src=x>", "<svg></svg>", "<iframe></iframe>", '<meta HTTP-EQUIV="refresh">']
)
def test_a_page_that_may_show_something_is_not_blank(tape: JournalBuilder, tag: str) -> None:
    """A picture, a frame, a script or a redirect may show something."""
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
def test_a_failed_api_call_excuses_a_hook(
    tape: JournalBuilder, status: int | None, bites: tuple[str, ...], verdict: Verdict
) -> None:
    """An error, a missing response or a fault excuses the hook; a success does not."""
    tape.visit("cancelled", body=PAGE)
    tape.call("auth_session", status=status, bites=bites)
    tape.hook("start_session", status=502)

    assert PROBE.examine(tape.journal).verdict is verdict


def test_a_later_failed_api_call_does_not_excuse_a_hook(tape: JournalBuilder) -> None:
    """Only calls during the hook call count."""
    tape.visit("cancelled", body=PAGE)
    tape.call("auth_session")
    tape.hook("start_session", status=502)
    tape.wait(5)
    tape.call("auth_session", status=503)

    assert PROBE.examine(tape.journal).verdict is Verdict.FAIL


def test_without_a_page_the_missing_hook_is_named(tape: JournalBuilder) -> None:
    """The finding names the hook that leads to a page."""
    tape.hook("start_session")

    assert PROBE.examine(tape.journal).hook == "app.drive.start_session"


def test_responses_to_messages_of_the_consent_page_pass(tape: JournalBuilder) -> None:
    """An app that embeds the consent page need only respond to its page."""
    tape.hook("message")
    tape.hook("message", status=409)

    finding = PROBE.examine(tape.journal)

    assert (finding.verdict, finding.observed) == (Verdict.PASS, "the app responded to 2 messages of the consent page")


@pytest.mark.parametrize(
    ("status", "observed"),
    [(500, "message responded 500 although the API was healthy"), (None, "the app did not respond to message")],
)
def test_a_failed_message_fails(tape: JournalBuilder, status: int | None, observed: str) -> None:
    """The app's page gets no usable response."""
    tape.hook("message", status=status)

    finding = PROBE.examine(tape.journal)

    assert (finding.verdict, finding.observed) == (Verdict.FAIL, observed)


@pytest.mark.parametrize("status", [502, None])
def test_a_message_may_fail_with_the_api(tape: JournalBuilder, status: int | None) -> None:
    """An app may query the API for the result of the journey."""
    tape.call("consents.list", status=503)
    tape.hook("message", status=status)

    assert PROBE.examine(tape.journal).verdict is not Verdict.FAIL


def test_a_stack_trace_in_the_response_of_a_hook_fails(tape: JournalBuilder) -> None:
    """Not even a failure of the API excuses it."""
    tape.call("token", status=503, bites=("Status(status=503)",))
    trace = b"TypeError: no response\n    at begin (/app/server.js:12:5)"
    call = HookCall(at_s=tape.now_s, hook="start_session", participant="", status=500, body=trace, took_s=0.5)
    tape.journal.write(call)

    finding = PROBE.examine(tape.journal)

    assert (finding.verdict, finding.observed) == (Verdict.FAIL, "start_session responded with a stack trace")


@pytest.mark.parametrize("status", [502, 503, 504])
@pytest.mark.parametrize(("took_s", "verdict"), [(0.2, Verdict.PASS), (0.01, Verdict.INCONCLUSIVE)])
def test_an_app_may_refuse_requests_while_it_serves_others(
    tape: JournalBuilder, status: int, took_s: float, verdict: Verdict
) -> None:
    """A limit on simultaneous requests, or on calls per second, protects the app; a refusal of a single request does not."""
    tape.visit("callback", body=b"<p>Connected</p>")
    tape.hook("refresh", took_s=0.01)
    tape.hook("refresh", status=status, took_s=took_s)

    assert PROBE.examine(tape.journal).verdict is verdict


@pytest.mark.parametrize(("status", "verdict"), [(502, Verdict.INCONCLUSIVE), (500, Verdict.FAIL)])
def test_an_app_that_makes_no_call_may_have_a_circuit_open(tape: JournalBuilder, status: int, verdict: Verdict) -> None:
    """Nothing in this scenario shows whether calls failed in an earlier one; a crash is no refusal."""
    tape.visit("callback", body=b"<p>Connected</p>")
    tape.wait(5)
    tape.hook("refresh", status=status)

    assert PROBE.examine(tape.journal).verdict is verdict


@pytest.mark.parametrize(
    ("routes", "verdict"),
    [(["banking.accounts"], Verdict.INCONCLUSIVE), (["banking.accounts", "banking.balances"], Verdict.FAIL)],
    ids=["second circuit open", "all data read"],
)
def test_a_circuit_may_be_open_for_one_endpoint(tape: JournalBuilder, routes: list[str], verdict: Verdict) -> None:
    """A refresh that read what the app usually reads had no reason to fail."""
    tape.visit("callback", body=b"<p>Connected</p>")
    for route in ("banking.accounts", "banking.balances"):
        tape.call(route)
    tape.wait(5)
    for route in routes:
        tape.call(route)
    tape.hook("refresh", status=502)

    assert PROBE.examine(tape.journal).verdict is verdict


def test_a_hook_may_fail_in_the_step_in_which_the_api_begins_to_be_served_over_tls(tape: JournalBuilder) -> None:
    """An app that does not trust the harness's certificate refuses it, and that leaves no API call."""
    tape.visit("approved", body=PAGE)
    tape.journal.write(HookCall(at_s=1.0, step=3, hook="refresh", participant="", status=500, body=b"", took_s=0.1))
    tape.journal.write(ApiServedOverTls(at_s=2.0, step=3, is_reached=False))

    assert PROBE.examine(tape.journal).verdict is Verdict.PASS


def test_the_remedy_for_a_hook_that_fails_is_not_about_pages(tape: JournalBuilder) -> None:
    """A refresh has no page, and the app's output names the error."""
    tape.journal.write(HookCall(at_s=1.0, step=3, hook="refresh", participant="", status=500, body=b"", took_s=0.1))

    finding = PROBE.examine(tape.journal)

    assert finding.observed == "refresh responded 500 although the API was healthy"
    assert finding.fix == "find the error of this request in the app's output, and handle it where it is raised"


def view_page(tape: JournalBuilder, status: int, *, problem: str = "") -> None:
    """Record a page that was opened in Chromium, after a good page at the end of a journey."""
    tape.visit("approved", body=PAGE)
    tape.write(PageView(at_s=tape.now_s, participant="", page="money", status=status, problem=problem))
    tape.wait(MOMENT_S)


@pytest.mark.parametrize(("status", "verdict"), [(500, Verdict.FAIL), (501, Verdict.FAIL), (499, Verdict.PASS)])
def test_a_page_in_chromium_must_be_no_server_error(tape: JournalBuilder, status: int, verdict: Verdict) -> None:
    """Nothing went wrong before."""
    view_page(tape, status)
    tape.call("banking.accounts", status=503)

    assert PROBE.examine(tape.journal).verdict is verdict


def test_the_finding_about_a_page_in_chromium_names_the_page(tape: JournalBuilder) -> None:
    """The page is the name in the config."""
    view_page(tape, 500)
    view_page(tape, 500)

    finding = PROBE.examine(tape.journal)

    assert finding.observed == "the money page responded 500 although the API was healthy"
    assert (finding.evidence, finding.fix) == (("money: 500",), FIX_FOR_HOOKS)


@pytest.mark.parametrize(
    "disturb",
    [
        lambda tape: tape.call("banking.accounts", status=503),
        lambda tape: tape.call("banking.accounts", status=None),
        lambda tape: tape.call("banking.accounts", bites=("ExtraField()",)),
        lambda tape: tape.request_failure(),
        lambda tape: tape.kill(),
        lambda tape: tape.key("revoked"),
        lambda tape: tape.write(ApiServedOverTls(is_reached=False)),
    ],
)
def test_a_page_may_fail_after_a_disturbance(tape: JournalBuilder, disturb: Callable[[JournalBuilder], object]) -> None:
    """The app may lack what the page shows."""
    disturb(tape)
    view_page(tape, 500)

    assert PROBE.examine(tape.journal).verdict is Verdict.PASS


@pytest.mark.parametrize("status", [502, 503, 504])
def test_a_page_may_be_unavailable(tape: JournalBuilder, status: int) -> None:
    """The app says that it serves too many requests at once."""
    view_page(tape, status)

    assert PROBE.examine(tape.journal).verdict is Verdict.PASS


def test_a_page_of_another_program_is_not_judged(tape: JournalBuilder) -> None:
    """The browser was redirected to it."""
    view_page(tape, 500, problem="the browser was redirected to another origin than the app's")

    assert PROBE.examine(tape.journal).verdict is Verdict.PASS


def test_an_error_of_perl_is_a_stack_trace(tape: JournalBuilder) -> None:
    """It ends with the file and the line."""
    tape.visit("cancelled", status=400, body=b"<p>Error: no such session at shop.pl line 477.</p>")

    assert PROBE.examine(tape.journal).observed == "the cancelled page shows a stack trace"
