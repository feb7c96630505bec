"""lists_and_revokes: the page after a press states what happened at Fiskil."""

from typing import Any

import pytest

from fiskil_harness.journal import Effects, PageView
from fiskil_harness.journal.builder import JournalBuilder
from fiskil_harness.journal.entries.pages import FAILED_REVOCATION
from fiskil_harness.probes import Finding, ListsAndRevokes, Verdict
from tests.probes.glass import BANK, WIDE, button, declare, press, report_end, share, show

PROBE = ListsAndRevokes()
PAGE = f"Your connections\n{BANK}\nShares accounts, balances, transactions\nUntil 12 March 2027"
EMPTY = "Your connections\nYou are not sharing any data with us."
STOP = button("Stop sharing")
UNLUCKY = "unlucky"


def revoke(tape: JournalBuilder, response: str = EMPTY, **more: Any) -> None:
    """The end user revokes the consent, and the page after the press is *response*."""
    declare(tape)
    share(tape)
    show(tape, "connections", PAGE, STOP, moment="synced")
    press(tape, STOP.text)
    tape.call("consents.revoke", status=204, path="/v1/consent/arr1")
    tape.consent("arr1", is_active=False)
    show(tape, "response", response, moment="ended", **more)
    show(tape, "connections", EMPTY, moment="ended")
    report_end(tape)


def view(tape: JournalBuilder, page: str, text: str) -> None:
    """Record a page of the end user whose revocation fails."""
    more = {"url": f"http://127.0.0.1/{page}", "status": 200, "width_px": 1280, "cause": FAILED_REVOCATION}
    tape.write(PageView(at_s=tape.now_s, participant=UNLUCKY, page=page, text=text, **more))
    tape.wait(0.1)


def fail_to_revoke(
    tape: JournalBuilder, response: str, *, status: int | None = 503, calls: int = 1, pending: int | None = 0
) -> Finding:
    """Another end user revokes a consent, each call fails, and the page after the press is *response*."""
    revoke(tape)
    tape.consent("arr2", participant=UNLUCKY)
    view(tape, "connections", PAGE)
    for _ in range(calls):
        tape.call("consents.revoke", status=status, path="/v1/consent/arr2", bites=("Status(status=503)",))
    view(tape, "response", response)
    tape.write(Effects(at_s=tape.now_s, participant=UNLUCKY, moment="end", state={}, pending=pending))
    return PROBE.examine(tape.journal)


@pytest.mark.parametrize("text", [f"{PAGE}\nSharing has ended.", EMPTY])
def test_a_page_that_states_the_end_after_a_failed_revocation_fails(tape: JournalBuilder, text: str) -> None:
    """The end user believes it, and the institution continues to share."""
    finding = fail_to_revoke(tape, text)

    assert (finding.verdict, finding.observed) == (
        Verdict.FAIL,
        "the page states that the sharing has ended, but the revocation failed and the consent is still active",
    )


@pytest.mark.parametrize(
    "text",
    [
        f"{PAGE}\nSharing could not be ended. It is still active.",
        PAGE,
        "Are you sure?",
        f"{PAGE}\nWe are ending it.",
        "Ended\nYour bank is down.",
    ],
)
def test_a_page_that_states_no_end_passes(tape: JournalBuilder, text: str) -> None:
    """It states the failure, or nothing yet."""
    assert fail_to_revoke(tape, text).verdict is Verdict.PASS


def test_a_page_before_any_revocation_passes(tape: JournalBuilder) -> None:
    """The press may concern something else."""
    assert fail_to_revoke(tape, EMPTY, calls=0).verdict is Verdict.PASS


@pytest.mark.parametrize("pending", [None, 1])
def test_an_app_that_may_repeat_the_revocation_is_not_judged(tape: JournalBuilder, pending: int | None) -> None:
    """Its page promises what the app does later."""
    finding = fail_to_revoke(tape, EMPTY, pending=pending)

    assert (finding.verdict, finding.hook) == (Verdict.INCONCLUSIVE, "app.observe.effects: pending")


def test_a_page_before_the_last_revocation_is_not_judged(tape: JournalBuilder) -> None:
    """The app was still trying, so its page stated what it intended."""
    fail_to_revoke(tape, EMPTY)
    tape.call("consents.revoke", status=503, path="/v1/consent/arr2", bites=("Status(status=503)",))

    assert PROBE.examine(tape.journal).verdict is Verdict.PASS


def test_a_revocation_that_succeeds_later_passes(tape: JournalBuilder) -> None:
    """The app repeated it."""
    fail_to_revoke(tape, EMPTY)
    tape.consent("arr2", is_active=False, participant=UNLUCKY)

    assert PROBE.examine(tape.journal).verdict is Verdict.PASS


@pytest.mark.parametrize(
    ("text", "status", "observed"),
    [
        ("That did not work", 502, "responded 502"),
        ("Sharing could not be ended.", 200, "states that it was not"),
    ],
)
def test_a_page_with_an_error_after_a_successful_revocation_fails(
    tape: JournalBuilder, text: str, status: int, observed: str
) -> None:
    """The end user tries to end what has ended already, without a result."""
    revoke(tape, text, status=status)

    finding = PROBE.examine(tape.journal)

    assert (finding.verdict, finding.observed) == (
        Verdict.FAIL,
        f"the consent was revoked at Fiskil, but the page after the last press {observed}",
    )


def test_the_page_after_the_revocation_is_judged(tape: JournalBuilder) -> None:
    """The page after an earlier press, before the revocation, may show anything."""
    declare(tape)
    share(tape)
    show(tape, "connections", PAGE, STOP, moment="synced")
    press(tape, STOP.text, "Yes")
    show(tape, "response", "Are you sure?", moment="ended", widths=(WIDE,))
    tape.call("consents.revoke", status=204, path="/v1/consent/arr1")
    tape.consent("arr1", is_active=False)
    show(tape, "response", "That did not work", moment="ended", status=502)
    show(tape, "connections", EMPTY, moment="ended")
    report_end(tape)

    observed = "the consent was revoked at Fiskil, but the page after the last press responded 502"
    assert PROBE.examine(tape.journal).observed == observed


@pytest.mark.parametrize(
    ("text", "status"), [("Not here", 404), (PAGE, 200), ("Sharing has ended. One photo did not work.", 200)]
)
def test_a_page_without_an_error_passes(tape: JournalBuilder, text: str, status: int) -> None:
    """The page of the consent may be gone, or not updated yet."""
    revoke(tape, text, status=status)

    assert PROBE.examine(tape.journal).verdict is Verdict.PASS
