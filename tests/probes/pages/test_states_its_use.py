"""states_its_use: the purpose and the privacy notice can be read before the journey."""

from typing import Any

import pytest

from fiskil_harness.journal import Control
from fiskil_harness.probes import StatesItsUse, Verdict
from tests.probes.glass import ORIGIN, WIDE, button, declare, link, press, show
from tests.probes.tape import Tape

PROBE = StatesItsUse()
PAGE = "We ask for accounts, balances and transactions, to build your monthly budget."
BARE = "We ask for accounts, balances and transactions. You can stop at any time."
NOTICE = "We use what you share to build your monthly budget, and for nothing else."
PRIVACY = link("How we use your data", "/privacy")


def test_a_link_and_a_purpose_pass(tape: Tape) -> None:
    """The notice is there, and has text."""
    declare(tape)
    show(tape, "connect", PAGE, PRIVACY)
    press(tape, PRIVACY.text, purpose="privacy")
    show(tape, "privacy", NOTICE)

    finding = PROBE.examine(tape.journal)

    assert (finding.verdict, finding.observed) == (Verdict.PASS, "the privacy notice is linked and the purpose is told")


@pytest.mark.parametrize(
    "control",
    [
        link("Legal", "/privacy/?lang=en#use"),
        link("x", "/privacy#top"),
        Control(kind="link", text="Privacy", leads_to="HTTP://127.0.0.1:8000/privacy"),
    ],
)
def test_an_address_is_the_same_whatever_hangs_on_it(tape: Tape, control: Control) -> None:
    """Query, fragment, a slash at the end."""
    declare(tape)
    show(tape, "connect", PAGE, control)
    show(tape, "privacy", NOTICE)

    assert PROBE.examine(tape.journal).verdict is Verdict.PASS


def test_a_purpose_that_only_the_notice_tells_passes(tape: Tape) -> None:
    """It is one press away."""
    declare(tape)
    show(tape, "connect", BARE, PRIVACY)
    show(tape, "privacy", NOTICE)

    assert PROBE.examine(tape.journal).verdict is Verdict.PASS


def test_a_purpose_that_another_linked_page_tells_passes(tape: Tape) -> None:
    """So is that."""
    declare(tape)
    show(tape, "connect", BARE, PRIVACY, link("How it works", "/about"))
    show(tape, "privacy", "We keep what you share to ourselves.")
    show(tape, "linked", "Each month we build a budget from your spending.", widths=(WIDE,))

    assert PROBE.examine(tape.journal).verdict is Verdict.PASS


def test_no_link_fails(tape: Tape) -> None:
    """Nothing leads to the notice."""
    declare(tape)
    show(tape, "connect", PAGE, button("Continue"), link("Start", "/start"))

    finding = PROBE.examine(tape.journal)

    assert (finding.verdict, finding.observed) == (
        Verdict.FAIL,
        "nothing on the page that starts linking leads to the privacy notice",
    )


@pytest.mark.parametrize("status", [404, 410, 500, 503])
def test_a_dead_link_fails(tape: Tape, status: int) -> None:
    """A notice that is not there tells nothing."""
    declare(tape)
    show(tape, "connect", PAGE, PRIVACY)
    show(tape, "privacy", "Not Found, whatever you do", status=status, problem=f"it answered {status}")

    finding = PROBE.examine(tape.journal)

    assert (finding.verdict, str(status) in finding.observed) == (Verdict.FAIL, True)


def test_a_notice_without_text_fails(tape: Tape) -> None:
    """An empty page is none."""
    declare(tape)
    show(tape, "connect", PAGE, PRIVACY)
    show(tape, "privacy", "")

    assert PROBE.examine(tape.journal).verdict is Verdict.FAIL


def test_a_notice_that_is_a_document_is_open(tape: Tape) -> None:
    """Nobody reads a PDF here."""
    declare(tape)
    show(tape, "connect", PAGE, PRIVACY)
    show(tape, "privacy", "", html="<body><embed type='application/pdf'></body>")

    assert PROBE.examine(tape.journal).verdict is Verdict.INCONCLUSIVE


def test_no_purpose_anywhere_fails(tape: Tape) -> None:
    """Neither here nor there."""
    declare(tape)
    show(tape, "connect", BARE, PRIVACY)
    show(tape, "privacy", "We keep what you share to ourselves.")

    finding = PROBE.examine(tape.journal)

    assert (finding.verdict, finding.evidence) == (Verdict.FAIL, ("none of: build, monthly, budget",))


def test_a_notice_elsewhere_is_known_by_its_address(tape: Tape) -> None:
    """It is not opened; a purpose that only it may tell is open."""
    declare(tape, privacy_url="https://www.example.com/privacy")
    show(tape, "connect", PAGE, link("Privacy", "https://www.example.com/privacy?from=app"))

    assert PROBE.examine(tape.journal).verdict is Verdict.PASS


def test_a_purpose_that_a_notice_elsewhere_may_tell_is_open(tape: Tape) -> None:
    """Nobody looked."""
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
def test_a_notice_that_may_be_there_is_open(tape: Tape, controls: tuple[Control, ...], more: dict[str, Any]) -> None:
    """The page offers one, or holds the link."""
    declare(tape)
    show(tape, "connect", PAGE, *controls, **more)

    assert PROBE.examine(tape.journal).verdict is Verdict.INCONCLUSIVE


def test_a_link_that_redirects_to_the_notice_passes(tape: Tape) -> None:
    """Where it arrives counts."""
    declare(tape)
    show(tape, "connect", PAGE, link("Privacy", "/legal"))
    press(tape, "Privacy", purpose="privacy")
    show(tape, "privacy", NOTICE, url=f"{ORIGIN}/privacy")

    assert PROBE.examine(tape.journal).verdict is Verdict.PASS


def test_a_link_that_was_not_followed_is_open(tape: Tape) -> None:
    """Whether it is dead is not known."""
    declare(tape)
    show(tape, "connect", PAGE, PRIVACY)

    assert PROBE.examine(tape.journal).verdict is Verdict.INCONCLUSIVE


@pytest.mark.parametrize(
    ("facts", "hook"), [({"purpose": ""}, "app.facts.purpose"), ({"privacy_url": None}, "app.facts.privacy_url")]
)
def test_who_does_not_say_is_asked(tape: Tape, facts: dict[str, Any], hook: str) -> None:
    """Each missing fact by its name."""
    declare(tape, **facts)
    show(tape, "connect", PAGE, PRIVACY)

    assert PROBE.examine(tape.journal).hook == hook


def test_a_page_that_cannot_be_read_is_open(tape: Tape) -> None:
    """It accuses nobody."""
    declare(tape)
    show(tape, "connect", PAGE, status=500)

    assert PROBE.examine(tape.journal).verdict is Verdict.INCONCLUSIVE
