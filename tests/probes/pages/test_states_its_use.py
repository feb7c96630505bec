"""states_its_use: the purpose and the privacy notice are available before the journey."""

from typing import Any

import pytest

from fiskil_harness.journal import Control
from fiskil_harness.journal.builder import JournalBuilder
from fiskil_harness.probes import StatesItsUse, Verdict
from tests.probes.glass import NARROW, ORIGIN, WIDE, button, declare, link, press, show

PROBE = StatesItsUse()
PAGE = "We ask for accounts, balances and transactions, to build your monthly budget."
BARE = "We ask for accounts, balances and transactions. You can stop at any time."
NOTICE = "We use what you share to build your monthly budget, and for nothing else."
PRIVACY = link("How we use your data", "/privacy")


def test_a_link_and_a_purpose_pass(tape: JournalBuilder) -> None:
    """The page links the notice, which has text, and the purpose is stated."""
    declare(tape)
    show(tape, "connect", PAGE, PRIVACY)
    press(tape, PRIVACY.text, purpose="privacy")
    show(tape, "privacy", NOTICE)

    finding = PROBE.examine(tape.journal)

    assert (finding.verdict, finding.examined) == (Verdict.PASS, 2)
    assert finding.observed == "the page links the privacy notice and states the purpose"


@pytest.mark.parametrize(
    "control",
    [
        link("Legal", "/privacy/?lang=en#use"),
        link("x", "/privacy#top"),
        Control(kind="link", text="Privacy", leads_to="HTTP://127.0.0.1:8000/privacy"),
    ],
)
def test_equivalent_urls_match(tape: JournalBuilder, control: Control) -> None:
    """Query, fragment and a trailing slash are ignored."""
    declare(tape)
    show(tape, "connect", PAGE, control)
    show(tape, "privacy", NOTICE)

    assert PROBE.examine(tape.journal).verdict is Verdict.PASS


def test_a_purpose_in_the_notice_passes(tape: JournalBuilder) -> None:
    """The notice is one press away."""
    declare(tape)
    show(tape, "connect", BARE, PRIVACY)
    show(tape, "privacy", NOTICE)

    assert PROBE.examine(tape.journal).verdict is Verdict.PASS


def test_a_purpose_on_another_linked_page_passes(tape: JournalBuilder) -> None:
    """Another linked page is one press away, too."""
    declare(tape)
    show(tape, "connect", BARE, PRIVACY, link("How it works", "/about"))
    show(tape, "privacy", "We keep what you share to ourselves.")
    show(tape, "linked", "Each month we build a budget from your spending.", widths=(WIDE,))

    assert PROBE.examine(tape.journal).verdict is Verdict.PASS


def test_a_missing_link_fails(tape: JournalBuilder) -> None:
    """No control leads to the notice."""
    declare(tape)
    show(tape, "connect", PAGE, button("Continue"), link("Start", "/start"))

    finding = PROBE.examine(tape.journal)

    assert (finding.verdict, finding.observed) == (
        Verdict.FAIL,
        "no link on the page where linking starts leads to the privacy notice",
    )


@pytest.mark.parametrize("status", [404, 410, 500, 503])
def test_a_dead_link_fails(tape: JournalBuilder, status: int) -> None:
    """The link must lead to an existing notice."""
    declare(tape)
    show(tape, "connect", PAGE, PRIVACY)
    show(tape, "privacy", "Not Found, whatever you do", status=status, problem=f"it responded {status}")

    finding = PROBE.examine(tape.journal)

    assert (finding.verdict, str(status) in finding.observed) == (Verdict.FAIL, True)


def test_a_notice_without_text_fails(tape: JournalBuilder) -> None:
    """An empty page is no notice."""
    declare(tape)
    show(tape, "connect", PAGE, PRIVACY)
    show(tape, "privacy", "")

    assert PROBE.examine(tape.journal).verdict is Verdict.FAIL


def test_a_notice_as_a_document_is_inconclusive(tape: JournalBuilder) -> None:
    """An embedded PDF cannot be read."""
    declare(tape)
    show(tape, "connect", PAGE, PRIVACY)
    show(tape, "privacy", "", html="<body><embed type='application/pdf'></body>")

    assert PROBE.examine(tape.journal).verdict is Verdict.INCONCLUSIVE


def test_a_missing_purpose_fails(tape: JournalBuilder) -> None:
    """Neither the page nor the notice states the purpose."""
    declare(tape)
    show(tape, "connect", BARE, PRIVACY)
    show(tape, "privacy", "We keep what you share to ourselves.")

    finding = PROBE.examine(tape.journal)

    assert (finding.verdict, finding.evidence) == (Verdict.FAIL, ("none of: build, monthly, budget",))


def test_a_notice_on_another_machine_is_recognised_by_its_url(tape: JournalBuilder) -> None:
    """The notice is not opened."""
    declare(tape, privacy_url="https://www.example.com/privacy")
    show(tape, "connect", PAGE, link("Privacy", "https://www.example.com/privacy?from=app"))

    assert PROBE.examine(tape.journal).verdict is Verdict.PASS


def test_a_purpose_in_a_notice_on_another_machine_is_inconclusive(tape: JournalBuilder) -> None:
    """The notice is not opened, so its text is unknown."""
    declare(tape, privacy_url="https://www.example.com/privacy")
    show(tape, "connect", BARE, link("Privacy", "https://www.example.com/privacy"))

    assert PROBE.examine(tape.journal).verdict is Verdict.INCONCLUSIVE


@pytest.mark.parametrize(
    ("controls", "more"),
    [
        ((link("Privacy policy", "https://www.example.com/privacy"),), {}),
        ((button("Privacy"),), {}),
        ((), {"html": f"<main>{PAGE}<nav style='display:none'><a href='/privacy'>x</a></nav></main>"}),
        ((), {"html": f"<main>{PAGE}<button aria-haspopup=menu>Menu</button></main>"}),
    ],
    ids=["at another address", "in a window", "hidden", "in a menu"],
)
def test_a_possible_notice_is_inconclusive(
    tape: JournalBuilder, controls: tuple[Control, ...], more: dict[str, Any]
) -> None:
    """The page may offer a notice, or contain the link in an invisible place."""
    declare(tape)
    show(tape, "connect", PAGE, *controls, **more)

    assert PROBE.examine(tape.journal).verdict is Verdict.INCONCLUSIVE


def test_a_link_that_redirects_to_the_notice_passes(tape: JournalBuilder) -> None:
    """The final URL counts."""
    declare(tape)
    show(tape, "connect", PAGE, link("Privacy", "/legal"))
    press(tape, "Privacy", purpose="privacy")
    show(tape, "privacy", NOTICE, url=f"{ORIGIN}/privacy")

    assert PROBE.examine(tape.journal).verdict is Verdict.PASS


def test_a_link_that_was_not_followed_is_inconclusive(tape: JournalBuilder) -> None:
    """Without a view of the notice, the link may be dead."""
    declare(tape)
    show(tape, "connect", PAGE, PRIVACY)

    assert PROBE.examine(tape.journal).verdict is Verdict.INCONCLUSIVE


@pytest.mark.parametrize(
    ("facts", "hook"), [({"purpose": ""}, "app.facts.purpose"), ({"privacy_url": None}, "app.facts.privacy_url")]
)
def test_a_missing_fact_is_named(tape: JournalBuilder, facts: dict[str, Any], hook: str) -> None:
    """The finding names the missing setting."""
    declare(tape, **facts)
    show(tape, "connect", PAGE, PRIVACY)

    assert PROBE.examine(tape.journal).hook == hook


def test_an_unreadable_page_is_inconclusive(tape: JournalBuilder) -> None:
    """A page that cannot be read is not judged."""
    declare(tape)
    show(tape, "connect", PAGE, status=500)

    assert PROBE.examine(tape.journal).verdict is Verdict.INCONCLUSIVE


def test_a_notice_among_the_linked_pages_passes(tape: JournalBuilder) -> None:
    """The page was viewed as one of the pages to which the connect page links."""
    declare(tape)
    show(tape, "connect", BARE, PRIVACY)
    show(tape, "linked", NOTICE, url=f"{ORIGIN}/privacy")

    assert PROBE.examine(tape.journal).verdict is Verdict.PASS


@pytest.mark.parametrize("change", [{"url": f"{ORIGIN}/about"}, {"problem": "it did not load"}])
def test_another_linked_page_is_no_notice(tape: JournalBuilder, change: dict[str, Any]) -> None:
    """Its URL is another one, or it could not be read."""
    declare(tape)
    show(tape, "connect", BARE, PRIVACY)
    show(tape, "linked", NOTICE, **{"url": f"{ORIGIN}/privacy", **change})

    finding = PROBE.examine(tape.journal)

    assert (finding.verdict, finding.observed) == (Verdict.INCONCLUSIVE, "the privacy notice was not opened")


@pytest.mark.parametrize(
    ("purpose", "text", "verdict", "words"),
    [
        ("build your monthly budget", "We look at it monthly.", Verdict.INCONCLUSIVE, "build, budget"),
        ("build your monthly budget", "We make a monthly budget.", Verdict.PASS, "build"),
        ("build your monthly budget plan", "We make a monthly budget.", Verdict.PASS, "build, plan"),
        ("build your monthly budget plan", "We look at it monthly.", Verdict.INCONCLUSIVE, "build, budget, plan"),
    ],
)
def test_half_of_the_words_of_the_purpose_are_enough(
    tape: JournalBuilder, purpose: str, text: str, verdict: Verdict, words: str
) -> None:
    """The page may state the purpose in other words, and a component may show text that the page's HTML does not contain."""
    declare(tape, purpose=purpose)
    show(tape, "connect", f"{BARE} {text}", PRIVACY, html="<body><main></main></body>")
    show(tape, "privacy", "We keep what you share to ourselves.")

    finding = PROBE.examine(tape.journal)

    assert finding.verdict is verdict
    assert finding.observed == (
        f"the page links the privacy notice and states the purpose, except for {words}"
        if verdict is Verdict.PASS
        else f"these words of the purpose in the config were not found: {words}"
    )


@pytest.mark.parametrize(
    ("html", "reason"),
    [
        (f"<main>{BARE}<p hidden>For your monthly budget</p></main>", ""),
        (f"<main>{BARE}<button aria-haspopup=menu>Menu</button></main>", "; a press opens more of the page"),
    ],
    ids=["hidden", "in a menu"],
)
@pytest.mark.parametrize("page", ["connect", "privacy"])
def test_a_purpose_that_may_be_elsewhere_on_the_page_is_inconclusive(
    tape: JournalBuilder, page: str, html: str, reason: str
) -> None:
    """Text that an end user may see cannot be ruled out."""
    declare(tape)
    for name, controls in (("connect", (PRIVACY,)), ("privacy", ())):
        show(tape, name, BARE, *controls, html=html if name == page else f"<main>{BARE}</main>")

    finding = PROBE.examine(tape.journal)

    assert finding.verdict is Verdict.INCONCLUSIVE
    assert finding.observed == f"these words of the purpose in the config were not found: build, monthly, budget{reason}"


@pytest.mark.parametrize(
    ("narrow", "wide", "verdict"),
    [
        ("abcdefghijkl", "abcdefghijkl", Verdict.PASS),
        ("abcdefghijk 1", "abcdefghijkl", Verdict.FAIL),
        ("abcdefghijkl", "abcdefghijk 1", Verdict.FAIL),
    ],
)
def test_a_notice_of_twelve_letters_has_text_at_each_width(
    tape: JournalBuilder, narrow: str, wide: str, verdict: Verdict
) -> None:
    """Fewer letters are no notice."""
    declare(tape)
    show(tape, "connect", PAGE, PRIVACY)
    show(tape, "privacy", narrow, widths=(NARROW,))
    show(tape, "privacy", wide, widths=(WIDE,))

    assert PROBE.examine(tape.journal).verdict is verdict


@pytest.mark.parametrize(
    ("status", "problem", "verdict"),
    [
        (200, "it did not load", Verdict.INCONCLUSIVE),
        (299, "", Verdict.PASS),
        (304, "", Verdict.PASS),
        (None, "", Verdict.PASS),
        (300, "", Verdict.FAIL),
        (305, "", Verdict.FAIL),
    ],
)
def test_a_notice_must_respond_with_success(
    tape: JournalBuilder, status: int | None, problem: str, verdict: Verdict
) -> None:
    """A page from the browser's cache is a success, and one that could not be read proves nothing."""
    declare(tape)
    show(tape, "connect", PAGE, PRIVACY)
    show(tape, "privacy", NOTICE, status=status, problem=problem)

    assert PROBE.examine(tape.journal).verdict is verdict
