"""pages_follow_events: no page of the app shows a consent, or its data, after the consent ended at the bank."""

from typing import Any

import pytest

from fiskil_harness.journal import Effects, Fetched, Limits, Rows
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


MONEY = "Your money\nEveryday xxxxx4402\nBalance $20,150.00\nSALARY HARBOUR COUNCIL 3,120.55"
LOGIN = "Please log in again to see your money"


def end_with_money(
    tape: JournalBuilder,
    before: str,
    after: str | None,
    *,
    listed: str = LISTED,
    others: tuple[str, ...] = (),
    **more: Any,
) -> None:
    """Record the list of consents, and the page *money* before and after the end; for None there is no view after it."""
    account = {"fiskil_id": "a1", "key": "everyday", "arrangement_id": "arr1", "masked_number": "xxxxx4402"}
    purchase = {"fiskil_id": "t1", "key": "salary", "arrangement_id": "arr1", "description": "SALARY  HARBOUR COUNCIL"}
    tape.rows(account, *({**account, "fiskil_id": "a2", "arrangement_id": name} for name in others), dataset="accounts")
    tape.rows(purchase, *({**purchase, "fiskil_id": "t2", "arrangement_id": name} for name in others))
    show(tape, "money", before, moment="synced")
    revoke(tape, listed, EMPTY)
    if after is not None:
        show(tape, "money", after, moment="ended", **more)


def test_another_page_with_the_data_of_the_ended_consent_fails(tape: JournalBuilder) -> None:
    """The page comes from a cache, although the list of consents and the state are right."""
    end_with_money(tape, MONEY, MONEY)
    report_end(tape)

    finding = PROBE.examine(tape.journal)

    assert finding.verdict is Verdict.FAIL
    assert finding.evidence == (
        "money shows: current balance of everyday",
        "money shows: description of salary",
        "money shows: masked number of everyday",
    )


def test_another_page_fails_although_the_list_proves_nothing(tape: JournalBuilder) -> None:
    """A list that showed nothing before is inconclusive, and the other page is judged by itself."""
    end_with_money(tape, MONEY, MONEY, listed=EMPTY)
    report_end(tape)

    assert PROBE.examine(tape.journal).verdict is Verdict.FAIL


@pytest.mark.parametrize(
    "after",
    [
        "Your money\nYou are not sharing any data with us.",
        "Your money\nEveryday xxxxx4402\nBalance unknown",
        "Your former accounts\n" + MONEY,
        "Until 2 December 2026\n" + MONEY,
        MONEY.replace("\n", " (closed)\n"),
        LOGIN,
    ],
    ids=["empty", "one_value", "former", "dated", "other_lines", "login"],
)
def test_another_page_without_the_data_or_with_history_passes(tape: JournalBuilder, after: str) -> None:
    """One value may appear by chance, and an app may show what it keeps as history."""
    end_with_money(tape, MONEY, after)
    report_end(tape)

    assert PROBE.examine(tape.journal).verdict is Verdict.PASS


@pytest.mark.parametrize(
    "more",
    [{"status": 503}, {"problem": "the app shows a login page"}, {"url": f"{ORIGIN}/archive"}, {"widths": (360,)}],
    ids=["error", "login", "elsewhere", "one_width"],
)
def test_another_page_that_cannot_be_compared_is_not_judged(tape: JournalBuilder, more: dict[str, Any]) -> None:
    """Only a page of the same address, which was read at both widths, is evidence."""
    end_with_money(tape, MONEY, MONEY, **more)
    report_end(tape)

    assert PROBE.examine(tape.journal).verdict is Verdict.PASS


def test_another_page_that_was_not_viewed_again_is_not_judged(tape: JournalBuilder) -> None:
    """The probe judges the list of consents only."""
    end_with_money(tape, MONEY, None)
    report_end(tape)

    finding = PROBE.examine(tape.journal)

    assert (finding.verdict, finding.observed) == (
        Verdict.PASS,
        "the page no longer shows the consent that ended at the bank",
    )


def test_data_that_the_page_did_not_show_before_is_no_evidence(tape: JournalBuilder) -> None:
    """New text is not a copy of the page from before."""
    end_with_money(tape, "Your money is being added up", MONEY)
    report_end(tape)

    assert PROBE.examine(tape.journal).verdict is Verdict.PASS


def test_data_of_another_consent_on_another_page_passes(tape: JournalBuilder) -> None:
    """The API serves the same account under another consent, which goes on; the balance alone may appear by chance."""
    end_with_money(tape, MONEY, MONEY, others=("arr2",))
    report_end(tape)

    assert PROBE.examine(tape.journal).verdict is Verdict.PASS


def test_data_that_the_state_still_holds_is_not_judged_here(tape: JournalBuilder) -> None:
    """The app keeps it as history, or other probes find it in the state."""
    end_with_money(tape, MONEY, MONEY)
    tape.write(Effects(at_s=tape.now_s, participant="", moment="end", state={"archive": ["t1"]}, pending=0))

    assert PROBE.examine(tape.journal).verdict is Verdict.PASS


def test_another_page_of_a_busy_app_is_inconclusive(tape: JournalBuilder) -> None:
    """The page may change once the event is processed."""
    end_with_money(tape, MONEY, MONEY)
    report_end(tape, is_idle=False)

    assert PROBE.examine(tape.journal).verdict is Verdict.INCONCLUSIVE
