"""shows_helpful_errors: after each error the page shows words and a next step, not codes, stack traces or JSON."""

from html import escape

import pytest

from fiskil_harness.journal import Control, PageView
from fiskil_harness.journal.builder import JournalBuilder
from fiskil_harness.probes import ShowsHelpfulErrors, Verdict
from tests.probes.sight import BUTTON, failed, pressed, shown

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


def test_words_and_a_next_step_pass(tape: JournalBuilder) -> None:
    """The page states what happened and what to do."""
    failed(tape, OTP, HELP)
    failed(tape, INELIGIBLE, ASK)

    finding = PROBE.examine(tape.journal)

    assert (finding.verdict, finding.observed) == (Verdict.PASS, "each of 2 errors is explained in words")


def test_one_error_is_not_counted(tape: JournalBuilder) -> None:
    """The finding speaks of the error."""
    failed(tape, OTP, HELP)

    assert PROBE.examine(tape.journal).observed == "the error is explained in words"


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
def test_a_page_in_another_language_passes_with_a_control(tape: JournalBuilder, text: str) -> None:
    """The language of a page is not judged."""
    failed(tape, OTP, text, controls=(Control(kind="button", text="→"),))

    assert PROBE.examine(tape.journal).verdict is Verdict.PASS


MARKUP = '<b id="fh-markup" onclick="0">succeed</b>'


def test_rendered_markup_of_a_description_fails(tape: JournalBuilder) -> None:
    """A description that the app printed unescaped became an element of the page."""
    failed(tape, "CONSENT_NEW", HELP, html=f"<p>{HELP} It did not {MARKUP}.</p>")

    finding = PROBE.examine(tape.journal)

    observed = "renders the markup in the description of the error: the app does not escape what it received"
    assert (finding.verdict, finding.observed) == (Verdict.FAIL, f"after CONSENT_NEW the cancelled page {observed}")


@pytest.mark.parametrize(
    "html",
    [
        f"<p>It did not {escape(MARKUP)}.</p>",
        f'<p title="{escape(MARKUP)}">It did not succeed.</p>',
        f"<a href='/help?about={MARKUP}'>Help</a>",
        f"<script>const description = '{MARKUP}';</script>",
        '<p>It did not <b id="fh-markup">succeed</b>.</p>',
    ],
    ids=["text", "title", "URL", "script", "script removed"],
)
def test_markup_that_cannot_act_passes(tape: JournalBuilder, html: str) -> None:
    """Escaped markup is text, also in an attribute or a script, and an app may keep elements that contain no script."""
    failed(tape, "CONSENT_NEW", f"{HELP} It did not {MARKUP}.", html=html)

    assert PROBE.examine(tape.journal).verdict is Verdict.PASS


def test_a_reference_next_to_words_passes(tape: JournalBuilder) -> None:
    """A reference for the support team does no harm next to words."""
    failed(tape, DENIED, HELP + "\nReference: err_01J8Z2QWKX")

    assert PROBE.examine(tape.journal).verdict is Verdict.PASS


@pytest.mark.parametrize(
    ("text", "more", "observed"),
    [
        ("", {}, "is blank"),
        ("", {"status": 500}, "responded 500 without any text"),
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
def test_a_page_that_is_not_for_people_fails(tape: JournalBuilder, text: str, more: dict[str, int], observed: str) -> None:
    """None of these pages helps an end user."""
    failed(tape, OTP, HELP)
    failed(tape, DENIED, text, **more)

    finding = PROBE.examine(tape.journal)

    assert (finding.verdict, finding.observed) == (Verdict.FAIL, f"after {DENIED} the cancelled page {observed}")


@pytest.mark.parametrize(
    "text",
    [
        f"Your bank took too long to answer. Please try again in a few minutes. Reference for our support: {TIMEOUT}",
        f"Your bank took too long to answer ({TIMEOUT}), so please try again later.",
        f"Error {TIMEOUT}: your bank took too long to answer, please try again.",
    ],
)
def test_a_code_next_to_words_is_advice(tape: JournalBuilder, text: str) -> None:
    """A reference for the support team does no harm next to words."""
    failed(tape, TIMEOUT, text, controls=(Control(kind="button", text="Try again"),))

    finding = PROBE.examine(tape.journal)

    assert (finding.verdict, finding.advice) == (
        Verdict.PASS,
        (f"the cancelled page shows the code {TIMEOUT} next to its words",),
    )


def test_an_undocumented_code_fails(tape: JournalBuilder) -> None:
    """A code that Fiskil adds later is a code too."""
    failed(tape, "CONSENT_SOMETHING_NEW", "Error: CONSENT_SOMETHING_NEW")

    assert PROBE.examine(tape.journal).observed == (
        "after CONSENT_SOMETHING_NEW the cancelled page shows the raw code CONSENT_SOMETHING_NEW"
    )


def test_earlier_words_do_not_explain_a_code(tape: JournalBuilder) -> None:
    """Words from before the error are about something else."""
    before = "Connect your bank\nWe ask your bank for your accounts.\nContinue"
    tape.journal.write(PageView(participant="", page="connect", status=200, width_px=360, text=before))
    failed(tape, OTP, f"{before}\nError {OTP}")

    finding = PROBE.examine(tape.journal)

    assert (finding.verdict, "shows the raw code" in finding.observed) == (Verdict.FAIL, True)


def test_a_large_canvas_is_inconclusive(tape: JournalBuilder) -> None:
    """The words have not changed, but the canvas may show others."""
    before = "Connect your bank\nWe ask your bank for your accounts.\nContinue"
    tape.journal.write(PageView(participant="", page="connect", status=200, width_px=360, text=before))
    failed(tape, OTP, before, covers=("a canvas covers half of the page or more",))

    finding = PROBE.examine(tape.journal)

    assert (finding.verdict, "a canvas covers half" in finding.observed) == (Verdict.INCONCLUSIVE, True)


@pytest.mark.parametrize("status", [200, 400, 404, 500, 503])
def test_a_page_with_words_passes_with_any_status(tape: JournalBuilder, status: int) -> None:
    """An end user reads the page, not the status."""
    failed(tape, "API 503", HELP, page="response", status=status)

    assert PROBE.examine(tape.journal).verdict is Verdict.PASS


@pytest.mark.parametrize(
    "text",
    [
        "Not found\nWe could not find that page of ours. Please go back and start again.",
        "Server error\nYour bank has a problem right now, please try later.",
        "Error\nSomething went wrong at your bank and nothing was shared. Contact support with reference 7F3A.",
    ],
)
def test_a_short_heading_above_words_passes(tape: JournalBuilder, text: str) -> None:
    """The page has more text than a framework's default page."""
    failed(tape, OTP, text)

    assert PROBE.examine(tape.journal).verdict is Verdict.PASS


@pytest.mark.parametrize(
    ("text", "html", "reason"),
    [
        ("Connection failed", "", "has too little text to judge"),
        ("Nothing was shared with us", "", "does not recognisably state what to do next"),
        ("", "<img src=/sorry.png>", "has too little text to judge"),
        ("", "<x-error></x-error>", "has too little text to judge"),
    ],
)
def test_a_short_text_is_inconclusive(tape: JournalBuilder, text: str, html: str, reason: str) -> None:
    """A picture may show the message, and three words may be enough."""
    failed(tape, OTP, text, html=html)

    finding = PROBE.examine(tape.journal)

    assert (finding.verdict, finding.observed) == (Verdict.INCONCLUSIVE, f"after {OTP} the cancelled page {reason}")


def test_an_unreadable_page_is_inconclusive(tape: JournalBuilder) -> None:
    """A page that did not load is not judged."""
    failed(tape, OTP, HELP)
    lost = PageView(participant="", page="cancelled", moment="failed", cause=DENIED, problem="the page did not load")
    tape.journal.write(lost)

    finding = PROBE.examine(tape.journal)

    assert finding.verdict is Verdict.INCONCLUSIVE
    assert finding.observed == f"after {DENIED} the cancelled page could not be read: the page did not load"


def test_a_missing_view_names_the_hook(tape: JournalBuilder) -> None:
    """Without a browser, no page can be viewed."""
    finding = PROBE.examine(tape.journal)

    assert (finding.verdict, finding.hook) == (Verdict.INCONCLUSIVE, "app.observe.pages")


def test_one_text_for_retryable_and_final_errors_fails(tape: JournalBuilder) -> None:
    """An ineligible end user would retry forever; another reference is not another text."""
    failed(tape, OTP, HELP + "\nReference: e7f1")
    failed(tape, TIMEOUT, HELP + "\nReference: e7f2")
    failed(tape, INELIGIBLE, HELP + "\nReference: e7f3")

    finding = PROBE.examine(tape.journal)

    assert (finding.verdict, finding.observed) == (
        Verdict.FAIL,
        "errors that can be retried and a final error have the same text",
    )


def test_one_text_for_some_errors_is_advice(tape: JournalBuilder) -> None:
    """If other errors have different texts, one shared text is no failure."""
    failed(tape, OTP, HELP)
    failed(tape, TIMEOUT, "That took too long\nPlease try again within a few minutes.")
    failed(tape, INELIGIBLE, HELP)

    finding = PROBE.examine(tape.journal)

    assert (finding.verdict, finding.advice) == (
        Verdict.PASS,
        (f"{INELIGIBLE} has the text of an error that can be retried",),
    )


def test_a_choice_of_the_end_user_is_not_compared(tape: JournalBuilder) -> None:
    """Cancelling and denying may show the same text, because nothing failed."""
    failed(tape, DENIED, HELP)
    failed(tape, "AUTH_SESSION_CANCELLED", HELP)
    failed(tape, INELIGIBLE, HELP)

    assert PROBE.examine(tape.journal).verdict is Verdict.PASS


@pytest.mark.parametrize(("cause", "verdict"), [(OTP, Verdict.FAIL), (DENIED, Verdict.INCONCLUSIVE)])
def test_an_unchanged_page_reports_nothing(tape: JournalBuilder, cause: str, verdict: Verdict) -> None:
    """Only an end user who cancelled may need no words."""
    before = "Connect your bank\nWe ask your bank for your accounts.\nContinue"
    tape.journal.write(PageView(participant="", page="connect", status=200, width_px=360, text=before))
    failed(tape, cause, before, controls=(Control(kind="button", text="Continue"),))

    assert PROBE.examine(tape.journal).verdict is verdict


def test_new_text_next_to_earlier_text_counts(tape: JournalBuilder) -> None:
    """An app that embeds the consent page reports the error on the page where the journey began."""
    before = "Connect your bank\nWe ask your bank for your accounts.\nContinue"
    tape.journal.write(PageView(participant="", page="connect", status=200, width_px=360, text=before))
    failed(tape, OTP, f"{before}\nThe code did not match. Please try again.")
    failed(tape, TIMEOUT, f"{before}\nOh no")

    finding = PROBE.examine(tape.journal)

    assert [(case.name, case.verdict) for case in finding.cases] == [(OTP, Verdict.PASS), (TIMEOUT, Verdict.INCONCLUSIVE)]


BEFORE = "Connect your bank\nWe ask your bank for your accounts.\nContinue"
OPENING = f"{BEFORE}\nOpening the secure connection to your bank\u2026"
REFUSED = "an auth session refused"


def begin(tape: JournalBuilder, *, waiting: str = "", after_s: float = 0.0) -> None:
    """Record a press and a call that fails after a second; *waiting* is viewed *after_s* seconds after the press."""
    shown(tape, "connect", BEFORE, width_px=360)
    pressed(tape)
    began_s = tape.now_s
    tape.call("auth_session.create", status=503, bites=("Status(status=503)",), took_s=1.0)
    tape.now_s = began_s + after_s
    if waiting:
        shown(tape, "connect", waiting, moment="waiting", width_px=360)
    tape.now_s = began_s + 5


@pytest.mark.parametrize(
    ("after_s", "verdict", "observed"),
    [
        (0.5, Verdict.FAIL, f"after {REFUSED} the response page shows only text from before the error"),
        (1.5, Verdict.INCONCLUSIVE, f"after {REFUSED} the response page has too little text to judge"),
    ],
    ids=["before the failure", "perhaps after it"],
)
def test_words_about_the_wait_do_not_report_a_failure(
    tape: JournalBuilder, after_s: float, verdict: Verdict, observed: str
) -> None:
    """A page that still states that it is opening the connection does not report that this failed."""
    begin(tape, waiting=OPENING, after_s=after_s)
    failed(tape, REFUSED, OPENING, page="response", controls=(BUTTON,))

    finding = PROBE.examine(tape.journal)

    assert (finding.verdict, finding.observed) == (verdict, observed)


def test_words_about_an_earlier_wait_do_not_report_a_failure(tape: JournalBuilder) -> None:
    """If a call is refused at once, the page cannot be viewed during the call."""
    begin(tape, waiting=OPENING, after_s=0.5)
    failed(tape, "an API that is down", HELP, page="response")
    begin(tape)
    failed(tape, REFUSED, OPENING, page="response", controls=(BUTTON,))

    finding = PROBE.examine(tape.journal)

    assert [(case.name, case.verdict) for case in finding.cases] == [
        ("an API that is down", Verdict.PASS),
        (REFUSED, Verdict.FAIL),
    ]


def test_words_next_to_those_about_the_wait_count(tape: JournalBuilder) -> None:
    """A remaining line about the wait does no harm."""
    begin(tape, waiting=OPENING, after_s=0.5)
    failed(tape, REFUSED, f"{OPENING}\nYour bank cannot be reached now. Please try again.", page="response")

    assert PROBE.examine(tape.journal).verdict is Verdict.PASS


def test_an_app_that_still_calls_is_inconclusive(tape: JournalBuilder) -> None:
    """The app called the API again after the view."""
    begin(tape, waiting=OPENING, after_s=0.5)
    failed(tape, REFUSED, OPENING, page="response", controls=(BUTTON,))
    tape.call("auth_session.create", status=503, bites=("Status(status=503)",))

    finding = PROBE.examine(tape.journal)

    assert (finding.verdict, "too little text to judge" in finding.observed) == (Verdict.INCONCLUSIVE, True)


@pytest.mark.parametrize(
    ("cause", "text", "verdict"),
    [
        (OTP, "You cancelled\nNothing was shared. You can start again.", Verdict.FAIL),
        (INELIGIBLE, "You declined at your bank\nStart again and approve the request.", Verdict.FAIL),
        (OTP, "You cancelled, or something went wrong\nPlease try again.", Verdict.PASS),
        (TIMEOUT, "You stopped before you were done\nPlease start again when you are ready.", Verdict.PASS),
        (DENIED, "You declined at your bank\nNothing was shared, so start again.", Verdict.PASS),
    ],
)
def test_the_text_of_another_error_fails(tape: JournalBuilder, cause: str, text: str, verdict: Verdict) -> None:
    """A page must not state that the end user cancelled if the code or the bank was the problem."""
    failed(tape, cause, text)

    assert PROBE.examine(tape.journal).verdict is verdict


def test_filler_text_is_inconclusive(tape: JournalBuilder) -> None:
    """It has many words and states nothing."""
    failed(tape, OTP, "Lorem ipsum dolor sit amet, consectetur adipiscing elit")

    assert PROBE.examine(tape.journal).verdict is Verdict.INCONCLUSIVE


@pytest.mark.parametrize("problem", ["", "the consent page is still there after its end"])
def test_a_text_under_the_consent_page_fails(tape: JournalBuilder, problem: str) -> None:
    """The app has written its text, so it knows of the ending, and the end user cannot reach it."""
    shown(tape, "connect", "Connect your bank", width_px=360)
    failed(tape, OTP, f"Connect your bank\n{HELP}", is_covered=True, problem=problem)

    finding = PROBE.examine(tape.journal)

    assert finding.verdict is Verdict.FAIL
    assert "the cancelled page is covered by the consent page" in finding.observed


@pytest.mark.parametrize(("page", "text"), [("cancelled", "Connect your bank"), ("response", f"Connect your bank\n{HELP}")])
def test_a_cover_over_old_text_or_before_a_journey_is_no_failure(tape: JournalBuilder, page: str, text: str) -> None:
    """The app may not know of the ending yet, or show that it is working."""
    shown(tape, "connect", "Connect your bank", width_px=360)
    failed(tape, DENIED, text, page=page, is_covered=True, problem="the consent page is still there after its end")

    assert PROBE.examine(tape.journal).verdict is Verdict.INCONCLUSIVE
