"""shows_helpful_errors: words and a next step after each error; codes, traces, JSON and blank pages help nobody."""

import pytest

from fiskil_harness.journal import Control, PageView
from fiskil_harness.probes import ShowsHelpfulErrors, Verdict
from tests.probes.sight import BUTTON, failed, pressed, shown
from tests.probes.tape import Tape

PROBE = ShowsHelpfulErrors()
DENIED = "CONSENT_ENDUSER_DENIED"
INELIGIBLE = "CONSENT_ENDUSER_INELIGIBLE"
OTP = "CONSENT_OTP_FAILURE"
TIMEOUT = "CONSENT_TIMEOUT"
HELP = "Your bank was not connected\nThe code was not right, so nothing was shared.\nPlease try again with a new code."
ASK = "Your bank cannot share this account\nPlease ask your bank to turn on data sharing for you first."
TRACE = "TypeError: x is undefined\n    at handler (/srv/app/routes.js:14:3)\n    at next (/srv/app/node_modules/x.js:1:2)"
FLASK = (
    "Internal Server Error\nThe server encountered an internal error and was unable to complete your request. "
    "Either the server is overloaded or there is an error in the application."
)


def test_words_and_a_next_step_pass(tape: Tape) -> None:
    """What happened, and what to do."""
    failed(tape, OTP, HELP)
    failed(tape, INELIGIBLE, ASK)

    finding = PROBE.examine(tape.journal)

    assert (finding.verdict, finding.observed) == (Verdict.PASS, "each of 2 errors is told in words")


@pytest.mark.parametrize(
    "text",
    [
        "Ihre Bank wurde nicht verbunden\nDer Code war nicht richtig, es wurde nichts geteilt.",
        "银行连接没有成功 没有分享任何数据。",
        "ธนาคารของคุณไม่ได้เชื่อมต่อ",
        "Votre banque n'a pas été connectée\nRien n'a été partagé avec nous.",
    ],
    ids=["German", "Chinese", "Thai", "French"],
)
def test_a_page_in_another_language_passes_by_what_can_be_pressed(tape: Tape, text: str) -> None:
    """Nobody is blamed for a language."""
    failed(tape, OTP, text, controls=(Control(kind="button", text="→"),))

    assert PROBE.examine(tape.journal).verdict is Verdict.PASS


def test_a_reference_beside_words_passes(tape: Tape) -> None:
    """Support can find it, and the person has words."""
    failed(tape, DENIED, HELP + "\nReference: err_01J8Z2QWKX")

    assert PROBE.examine(tape.journal).verdict is Verdict.PASS


@pytest.mark.parametrize(
    ("text", "more", "seen"),
    [
        ("", {}, "is blank"),
        ("", {"status": 500}, "answered 500 without a word"),
        (f"Error: {DENIED}", {}, f"shows the raw code {DENIED}"),
        (f"Connecting failed: {DENIED}. Try again", {}, f"shows the raw code {DENIED}"),
        (f"Reference for our support: {DENIED}", {}, f"shows the raw code {DENIED}"),
        ('{"error":"access_denied","status":400}', {}, "shows bare JSON"),
        ('That did not work, sorry: {"error": "access_denied"}', {}, "shows JSON among its words"),
        (TRACE, {"status": 500}, "shows a stack trace"),
        ('Oops\nTraceback (most recent call last):\n  File "/srv/a.py", line 3, in go', {}, "shows a stack trace"),
        ("Internal Server Error", {"status": 500}, "is a framework's own error page"),
        ("500\nInternal Server Error.", {}, "is a framework's own error page"),
        (FLASK, {"status": 500}, "is a framework's own error page"),
        ("502 Bad Gateway\n502 Bad Gateway", {"status": 502}, "is a framework's own error page"),
        ("Cannot GET /cancelled", {"status": 404}, "is a framework's own error page"),
        ("Not Found", {"status": 404}, "is a framework's own error page"),
        ("undefined", {}, "is a framework's own error page"),
    ],
)
def test_what_nobody_wrote_for_people_fails(tape: Tape, text: str, more: dict[str, int], seen: str) -> None:
    """Each of these leaves the end user alone."""
    failed(tape, OTP, HELP)
    failed(tape, DENIED, text, **more)

    finding = PROBE.examine(tape.journal)

    assert (finding.verdict, finding.observed) == (Verdict.FAIL, f"after {DENIED} the cancelled page {seen}")


@pytest.mark.parametrize(
    "text",
    [
        f"Your bank took too long to answer. Please try again in a few minutes. Reference for our support: {TIMEOUT}",
        f"Your bank took too long to answer ({TIMEOUT}), so please try again later.",
        f"Error {TIMEOUT}: your bank took too long to answer, please try again.",
    ],
)
def test_a_code_beside_words_is_advice(tape: Tape, text: str) -> None:
    """Support can find it, and the person has words."""
    failed(tape, TIMEOUT, text, controls=(Control(kind="button", text="Try again"),))

    finding = PROBE.examine(tape.journal)

    assert (finding.verdict, finding.advice) == (
        Verdict.PASS,
        (f"the cancelled page shows the code {TIMEOUT} beside its words",),
    )


def test_words_that_were_there_before_do_not_stand_beside_a_code(tape: Tape) -> None:
    """They are about something else."""
    before = "Connect your bank\nWe ask your bank for your accounts.\nContinue"
    tape.journal.write(PageView(participant="", page="connect", status=200, width_px=360, text=before))
    failed(tape, OTP, f"{before}\nError {OTP}")

    finding = PROBE.examine(tape.journal)

    assert (finding.verdict, "shows the raw code" in finding.observed) == (Verdict.FAIL, True)


def test_what_is_drawn_may_say_it(tape: Tape) -> None:
    """The words are as before, and a large canvas may hold others."""
    before = "Connect your bank\nWe ask your bank for your accounts.\nContinue"
    tape.journal.write(PageView(participant="", page="connect", status=200, width_px=360, text=before))
    failed(tape, OTP, before, veils=("a canvas covers half of the page or more",))

    finding = PROBE.examine(tape.journal)

    assert (finding.verdict, "a canvas covers half" in finding.observed) == (Verdict.INCONCLUSIVE, True)


@pytest.mark.parametrize("status", [200, 400, 404, 500, 503])
def test_a_page_with_words_passes_whatever_its_status(tape: Tape, status: int) -> None:
    """The person reads the page and not the status."""
    failed(tape, "API 503", HELP, page="answer", status=status)

    assert PROBE.examine(tape.journal).verdict is Verdict.PASS


@pytest.mark.parametrize(
    "text",
    [
        "Not found\nWe could not find that page of ours. Please go back and start again.",
        "Server error\nYour bank has a problem right now, please try later.",
        "Error\nSomething went wrong at your bank and nothing was shared. Contact support with reference 7F3A.",
    ],
)
def test_a_curt_heading_above_words_passes(tape: Tape, text: str) -> None:
    """A framework says nothing else; this page does."""
    failed(tape, OTP, text)

    assert PROBE.examine(tape.journal).verdict is Verdict.PASS


@pytest.mark.parametrize(
    ("text", "html", "doubt"),
    [
        ("Connection failed", "", "says too little to tell"),
        ("Nothing was shared with us", "", "does not say what to do next, as far as can be told"),
        ("", "<img src=/sorry.png>", "says too little to tell"),
        ("", "<x-error></x-error>", "says too little to tell"),
    ],
)
def test_little_is_a_doubt(tape: Tape, text: str, html: str, doubt: str) -> None:
    """A picture may say it all, and three words may be enough; nobody can tell."""
    failed(tape, OTP, text, html=html)

    finding = PROBE.examine(tape.journal)

    assert (finding.verdict, finding.observed) == (Verdict.INCONCLUSIVE, f"after {OTP} the cancelled page {doubt}")


def test_a_page_that_was_never_seen_is_a_doubt(tape: Tape) -> None:
    """The journey could not be driven, or the page did not load."""
    failed(tape, OTP, HELP)
    lost = PageView(participant="", page="cancelled", moment="failed", cause=DENIED, problem="the page did not load")
    tape.journal.write(lost)

    finding = PROBE.examine(tape.journal)

    assert finding.verdict is Verdict.INCONCLUSIVE
    assert finding.observed == f"after {DENIED} the cancelled page was not seen: the page did not load"


def test_no_look_is_a_doubt_that_names_the_hook(tape: Tape) -> None:
    """Without a browser there is nothing to see."""
    finding = PROBE.examine(tape.journal)

    assert (finding.verdict, finding.hook) == (Verdict.INCONCLUSIVE, "app.observe.pages")


def test_one_text_for_all_that_can_and_cannot_be_tried_again_fails(tape: Tape) -> None:
    """Whoever is not eligible would try for ever; another reference makes no other text."""
    failed(tape, OTP, HELP + "\nReference: e7f1")
    failed(tape, TIMEOUT, HELP + "\nReference: e7f2")
    failed(tape, INELIGIBLE, HELP + "\nReference: e7f3")

    finding = PROBE.examine(tape.journal)

    assert (finding.verdict, finding.observed) == (
        Verdict.FAIL,
        "errors that can be tried again and one that cannot show the very same text",
    )


def test_one_text_that_some_share_is_advice(tape: Tape) -> None:
    """Where errors do differ, one that reads like another is no flaw."""
    failed(tape, OTP, HELP)
    failed(tape, TIMEOUT, "That took too long\nPlease try again within a few minutes.")
    failed(tape, INELIGIBLE, HELP)

    finding = PROBE.examine(tape.journal)

    assert (finding.verdict, finding.advice) == (
        Verdict.PASS,
        (f"{INELIGIBLE} reads like an error that trying again may mend",),
    )


def test_what_the_end_user_chose_is_no_error_to_compare(tape: Tape) -> None:
    """Who cancelled and who denied may read the same; nothing failed."""
    failed(tape, DENIED, HELP)
    failed(tape, "AUTH_SESSION_CANCELLED", HELP)
    failed(tape, INELIGIBLE, HELP)

    assert PROBE.examine(tape.journal).verdict is Verdict.PASS


@pytest.mark.parametrize(("cause", "verdict"), [(OTP, Verdict.FAIL), (DENIED, Verdict.INCONCLUSIVE)])
def test_a_page_that_is_as_it_was_before_says_nothing(tape: Tape, cause: str, verdict: Verdict) -> None:
    """Only who turned back by themselves may need no words."""
    before = "Connect your bank\nWe ask your bank for your accounts.\nContinue"
    tape.journal.write(PageView(participant="", page="connect", status=200, width_px=360, text=before))
    failed(tape, cause, before, controls=(Control(kind="button", text="Continue"),))

    assert PROBE.examine(tape.journal).verdict is verdict


def test_what_the_page_says_beside_all_that_it_said_before_counts(tape: Tape) -> None:
    """An app that embeds the consent page tells it on the page where all began."""
    before = "Connect your bank\nWe ask your bank for your accounts.\nContinue"
    tape.journal.write(PageView(participant="", page="connect", status=200, width_px=360, text=before))
    failed(tape, OTP, f"{before}\nThe code did not match. Please try again.")
    failed(tape, TIMEOUT, f"{before}\nOh no")

    finding = PROBE.examine(tape.journal)

    assert [(case.name, case.verdict) for case in finding.cases] == [(OTP, Verdict.PASS), (TIMEOUT, Verdict.INCONCLUSIVE)]


BEFORE = "Connect your bank\nWe ask your bank for your accounts.\nContinue"
OPENING = f"{BEFORE}\nOpening the secure connection to your bank\u2026"
REFUSED = "an auth session refused"


def begins(tape: Tape, *, waiting: str = "", after_s: float = 0.0) -> None:
    """Somebody presses, and a call fails within a second; so long after the press they look at the page meanwhile."""
    shown(tape, "connect", BEFORE, width_px=360)
    pressed(tape)
    began_s = tape.now_s
    tape.call("auth_session.create", status=503, bites=("Status(status=503)",), took_s=1.0)
    tape.now_s = began_s + after_s
    if waiting:
        shown(tape, "connect", waiting, moment="waiting", width_px=360)
    tape.now_s = began_s + 5


@pytest.mark.parametrize(
    ("after_s", "verdict", "seen"),
    [
        (0.5, Verdict.FAIL, f"after {REFUSED} the answer page says only what it said before anything had failed"),
        (1.5, Verdict.INCONCLUSIVE, f"after {REFUSED} the answer page says too little to tell"),
    ],
    ids=["before the failure", "perhaps of it"],
)
def test_words_about_the_wait_tell_of_no_failure(tape: Tape, after_s: float, verdict: Verdict, seen: str) -> None:
    """A page that goes on saying that it is opening the connection has told nobody that it did not open."""
    begins(tape, waiting=OPENING, after_s=after_s)
    failed(tape, REFUSED, OPENING, page="answer", controls=(BUTTON,))

    finding = PROBE.examine(tape.journal)

    assert (finding.verdict, finding.observed) == (verdict, seen)


def test_words_about_an_earlier_wait_tell_of_no_failure_either(tape: Tape) -> None:
    """Where a call is refused at once nobody has time to see the page meanwhile."""
    begins(tape, waiting=OPENING, after_s=0.5)
    failed(tape, "an API that is down", HELP, page="answer")
    begins(tape)
    failed(tape, REFUSED, OPENING, page="answer", controls=(BUTTON,))

    finding = PROBE.examine(tape.journal)

    assert [(case.name, case.verdict) for case in finding.cases] == [
        ("an API that is down", Verdict.PASS),
        (REFUSED, Verdict.FAIL),
    ]


def test_words_beside_those_about_the_wait_count(tape: Tape) -> None:
    """A line that is left over harms nobody."""
    begins(tape, waiting=OPENING, after_s=0.5)
    failed(tape, REFUSED, f"{OPENING}\nYour bank cannot be reached now. Please try again.", page="answer")

    assert PROBE.examine(tape.journal).verdict is Verdict.PASS


def test_who_is_still_at_it_has_nothing_to_tell_yet(tape: Tape) -> None:
    """The app called again after somebody had looked."""
    begins(tape, waiting=OPENING, after_s=0.5)
    failed(tape, REFUSED, OPENING, page="answer", controls=(BUTTON,))
    tape.call("auth_session.create", status=503, bites=("Status(status=503)",))

    finding = PROBE.examine(tape.journal)

    assert (finding.verdict, "too little to tell" in finding.observed) == (Verdict.INCONCLUSIVE, True)
