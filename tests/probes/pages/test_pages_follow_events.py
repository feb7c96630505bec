"""pages_follow_events: the connections page no longer shows a consent that ended at the bank."""

import pytest

from fiskil_harness.journal import Fetched, Limits, Rows
from fiskil_harness.journal.builder import JournalBuilder
from fiskil_harness.probes import PagesFollowEvents, Verdict
from tests.probes.glass import BANK, ORIGIN, button, declare, report_end, share, show

PROBE = PagesFollowEvents()
STOP = button("Stop sharing")
LISTED = f"Your connections\n{BANK}\nShares accounts, balances, transactions\nUntil 12 March 2027\nStop sharing"
BALANCE = "\nEveryday Account 7287 20,150.00"
EMPTY = "Your connections\nYou are not sharing any data with us."


def revoke(
    tape: JournalBuilder, before: str, after: str, *, is_still_pressable: bool = False, balance_of: str = "arr1"
) -> None:
    """Record a page before and after an acknowledged ``consent.revoked``."""
    declare(tape)
    share(tape)
    balance = {
        "fiskil_id": "b1",
        "key": "everyday",
        "arrangement_id": balance_of,
        "current_balance": "20150.00",
        "available_balance": "9.00",
    }
    tape.journal.write(Rows(at_s=tape.now_s, participant="", dataset="balances", rows=(balance,)))
    show(tape, "connections", before, *((STOP,) if before.startswith(LISTED) else ()), moment="synced")
    tape.consent("arr1", is_active=False)
    tape.deliver_event("consent.revoked", consent="arr1")
    show(tape, "connections", after, *((STOP,) if is_still_pressable else ()), moment="ended")


def fetch(tape: JournalBuilder, content: str, headers: dict[str, str]) -> None:
    """Record a response to the connections page."""
    about = {"participant": "", "page": "connections", "url": f"{ORIGIN}/connections", "status": 200}
    tape.journal.write(Fetched(at_s=tape.now_s, body=content.encode(), response_headers=tuple(headers.items()), **about))
    tape.wait(0.05)


def test_a_page_without_the_consent_passes(tape: JournalBuilder) -> None:
    """The page shows neither the institution nor the balance."""
    revoke(tape, LISTED + BALANCE, EMPTY)
    report_end(tape)

    assert PROBE.examine(tape.journal).verdict is Verdict.PASS


def test_a_page_that_lists_the_consent_fails_although_the_state_is_right(tape: JournalBuilder) -> None:
    """The effects hook reports the end of the connection, and the page contradicts it."""
    revoke(tape, LISTED, LISTED, is_still_pressable=True)
    report_end(tape, is_connected=False)

    finding = PROBE.examine(tape.journal)

    assert finding.verdict is Verdict.FAIL
    assert finding.evidence == ("the consent is listed as active",)


@pytest.mark.parametrize(
    ("headers", "verdict"),
    [
        ({"Cache-Control": "private, max-age=600"}, Verdict.FAIL),
        ({"Expires": "Wed, 02 Dec 2026 10:10:00 GMT", "Date": "Wed, 02 Dec 2026 10:00:00 GMT"}, Verdict.FAIL),
        ({"Cache-Control": "max-age=600, no-cache"}, Verdict.PASS),
        ({"Cache-Control": "max-age=4"}, Verdict.PASS),
        ({"Cache-Control": "max-age=600", "Age": "597"}, Verdict.PASS),
        ({"Cache-Control": "max-age=soon"}, Verdict.PASS),
        ({"Expires": "0"}, Verdict.PASS),
        ({}, Verdict.PASS),
    ],
)
def test_a_page_that_the_browser_may_keep_fails(tape: JournalBuilder, headers: dict[str, str], verdict: Verdict) -> None:
    """The browser would show the page from before without a request."""
    limits = Limits(at_s=tape.now_s, call_deadline_s=4, request_deadline_s=12, fresh_s=5)
    tape.journal.write(limits)
    fetch(tape, f"<p>{BANK}</p>", headers)
    revoke(tape, LISTED, EMPTY)
    fetch(tape, "<p>nothing</p>", headers)
    report_end(tape)

    assert PROBE.examine(tape.journal).verdict is verdict


def test_a_script_that_the_browser_may_keep_passes(tape: JournalBuilder) -> None:
    """Its content is the same for everyone."""
    tape.journal.write(Limits(at_s=tape.now_s, call_deadline_s=4, request_deadline_s=12, fresh_s=5))
    headers = {"Cache-Control": "max-age=600"}
    fetch(tape, f"banks = ['{BANK}']", headers)
    revoke(tape, LISTED, EMPTY)
    fetch(tape, f"banks = ['{BANK}']", headers)
    report_end(tape)

    assert PROBE.examine(tape.journal).verdict is Verdict.PASS


def test_a_balance_of_the_ended_consent_fails(tape: JournalBuilder) -> None:
    """The amount has separators on the page."""
    revoke(tape, LISTED + BALANCE, EMPTY + BALANCE)
    report_end(tape)

    finding = PROBE.examine(tape.journal)

    assert finding.verdict is Verdict.FAIL
    assert finding.evidence == ("shown: current balance of everyday",)


def test_a_balance_of_another_consent_passes(tape: JournalBuilder) -> None:
    """The other consent goes on, so the page goes on showing its balance."""
    revoke(tape, LISTED + BALANCE, EMPTY + BALANCE, balance_of="arr2")
    report_end(tape)

    assert PROBE.examine(tape.journal).verdict is Verdict.PASS


@pytest.mark.parametrize("after", [EMPTY + "\nReference 1120150.00", EMPTY + "\nSince 2026-12-02"])
def test_other_numbers_pass(tape: JournalBuilder, after: str) -> None:
    """A balance inside a longer number is another number."""
    revoke(tape, LISTED + BALANCE, after)
    report_end(tape)

    assert PROBE.examine(tape.journal).verdict is Verdict.PASS


def test_a_page_that_showed_nothing_before_is_inconclusive(tape: JournalBuilder) -> None:
    """Nothing can disappear from it."""
    revoke(tape, EMPTY, EMPTY)
    report_end(tape)

    assert PROBE.examine(tape.journal).verdict is Verdict.INCONCLUSIVE


def test_a_busy_app_is_inconclusive(tape: JournalBuilder) -> None:
    """The page may change once the event is processed."""
    revoke(tape, LISTED, LISTED, is_still_pressable=True)
    report_end(tape, is_idle=False)

    assert PROBE.examine(tape.journal).verdict is Verdict.INCONCLUSIVE


def test_without_effects_the_limit_must_be_stated(tape: JournalBuilder) -> None:
    """The harness cannot know how long the app may take."""
    revoke(tape, LISTED, LISTED, is_still_pressable=True)
    limits = Limits(call_deadline_s=4, request_deadline_s=12, fresh_s=5, ack_s=3, assumed=("fresh_s",))
    tape.journal.write(limits)

    finding = PROBE.examine(tape.journal)

    assert (finding.verdict, finding.hook) == (Verdict.INCONCLUSIVE, "app.limits.fresh_s")


def test_without_a_revocation_the_result_is_inconclusive(tape: JournalBuilder) -> None:
    """The consent is still active, so the page must list it."""
    declare(tape)
    share(tape)
    show(tape, "connections", LISTED, STOP, moment="synced")
    show(tape, "connections", LISTED, STOP, moment="ended")
    report_end(tape, is_connected=True)

    assert PROBE.examine(tape.journal).verdict is Verdict.INCONCLUSIVE
