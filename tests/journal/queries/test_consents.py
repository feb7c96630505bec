"""Consents: how an app learns that one of them has ended, and which revocations of the app end one."""

from typing import Any

import msgspec
import pytest

from fiskil_harness.journal import ConsentState, DeliveryOutcome, Effects, HookCall
from fiskil_harness.journal.builder import JournalBuilder
from fiskil_harness.journal.queries.consents import (
    consents_of,
    has_lost_rows_of_others,
    hook_calls,
    is_declined,
    permitted,
    reads_during,
    rows_under,
    still_shown,
    was_notified_of_end,
)
from fiskil_harness.journal.queries.disconnects import is_ended_by_app


def last_state(tape: JournalBuilder) -> ConsentState:
    """Return the last recorded state of a consent."""
    return tape.journal.all(ConsentState)[-1]


@pytest.mark.parametrize(("early_s", "is_notified"), [(0.0, True), (0.01, False)])
def test_a_read_during_a_refresh_shows_the_end(tape: JournalBuilder, early_s: float, is_notified: bool) -> None:
    """The app may read at once, but a read before the refresh was of other work."""
    tape.consent("arr1", is_active=False)
    tape.wait(1)
    tape.call("banking.transactions", at_s=4.0 - early_s)
    tape.now_s = 5.0
    tape.hook("refresh", took_s=1.0)

    assert was_notified_of_end(tape.journal, last_state(tape)) is is_notified


@pytest.mark.parametrize(("since_s", "until_s", "is_ended"), [(4.0, 5.0, True), (4.01, 5.0, False), (3.0, 4.0, False)])
def test_a_revocation_within_the_period_ends_a_consent(
    tape: JournalBuilder, since_s: float, until_s: float, is_ended: bool
) -> None:
    """The begin of the period is part of it, and the end is not."""
    tape.consent("arr1")
    tape.call("consents.revoke", status=204, path="/v1/consent/arr1", at_s=4.0)

    assert is_ended_by_app(tape.journal, last_state(tape), since_s=since_s, until_s=until_s) is is_ended


def own_row(key: str, consent_id: str) -> dict[str, str]:
    """Return a transaction that the API serves under a consent."""
    return {"fiskil_id": f"bank_tx_{key}", "key": key, "arrangement_id": consent_id}


def test_rows_under_one_consent_are_listed_by_name(tape: JournalBuilder) -> None:
    """Rows of another active consent and of another end user are left out, also if the ended one had them too."""
    tape.consent("arr1")
    tape.consent("arr2")
    tape.rows(own_row("a", "arr1"), own_row("b", "arr2"), own_row("c", "arr1"), own_row("d", "arr1"))
    tape.rows(own_row("e", "arr1"), participant="b")
    tape.consent("arr1", is_active=False)
    tape.rows(own_row("b", "arr2"), own_row("c", "arr2"))

    expected = {"bank_tx_a": "transactions a", "bank_tx_d": "transactions d"}
    assert rows_under(tape.journal, ["arr1"]) == expected
    assert rows_under(tape.journal, ["arr3"]) == {}


@pytest.mark.parametrize(
    ("route", "at_s", "consent_id", "is_left_out"),
    [
        ("banking.transactions", 5.01, "arr2", True),
        ("banking.transactions", 5.0, "arr2", False),
        ("banking.transactions", 5.01, "arr1", False),
        ("banking.transactions", 5.01, "arr3", False),
        ("consents.list", 5.01, "arr2", False),
    ],
)
def test_rows_that_the_api_still_serves_are_left_out(
    tape: JournalBuilder, route: str, at_s: float, consent_id: str, is_left_out: bool
) -> None:
    """A read after the end has served the row under another active consent."""
    tape.consent("arr1")
    tape.consent("arr2")
    tape.consent("arr3", is_active=False)
    tape.rows(own_row("a", "arr1"), own_row("b", "arr1"))
    tape.now_s = 5.0
    tape.consent("arr1", is_active=False)
    tape.call(route, at_s=at_s, response_body=msgspec.json.encode({"rows": [own_row("a", consent_id)]}))

    kept = {"bank_tx_a": "transactions a", "bank_tx_b": "transactions b"}
    assert rows_under(tape.journal, ["arr1"]) == ({"bank_tx_b": "transactions b"} if is_left_out else kept)


@pytest.mark.parametrize(
    ("status", "expected"), [(None, False), (399, False), (400, True), (403, True), (429, False), (500, True)]
)
def test_an_error_other_than_429_declines(tape: JournalBuilder, status: int | None, expected: bool) -> None:
    """An app that limits how often it reads may do so later."""
    tape.hook("refresh", status=status)

    assert is_declined(tape.journal.all(HookCall)[0]) is expected


@pytest.mark.parametrize(("until_s", "datasets"), [(2.0, {"accounts"}), (2.01, set()), (1.0, set()), (9.0, {"balances"})])
def test_the_last_state_of_a_consent_before_a_moment_counts(
    tape: JournalBuilder, until_s: float, datasets: set[str]
) -> None:
    """Consents of other participants do not."""
    tape.consent("arr1", "accounts")
    tape.consent("arr9", "payees", participant="b")
    tape.now_s = 2.0
    tape.consent("arr1", "accounts", is_active=False)
    tape.now_s = 5.0
    tape.consent("arr2", "balances")

    assert permitted(tape.journal, until_s=until_s) == datasets
    assert permitted(tape.journal) == {"balances"}
    assert consents_of(tape.journal).keys() == {"arr1", "arr2"}


@pytest.mark.parametrize(
    ("hook", "since_s", "is_found"),
    [
        ({}, 0.0, True),
        ({}, 0.5, True),
        ({}, 0.51, False),
        ({"name": "revoke"}, 0.0, False),
        ({"participant": "b"}, 0.0, False),
    ],
)
def test_hook_calls_are_those_of_the_first_participant(
    tape: JournalBuilder, hook: dict[str, Any], since_s: float, is_found: bool
) -> None:
    """A call has the time at which it began."""
    tape.hook(**{"name": "refresh", "took_s": 0.5, **hook})

    assert bool(hook_calls(tape.journal, "refresh", since_s=since_s)) is is_found
    assert bool(hook_calls(tape.journal, "refresh")) is (not hook)


def test_reads_during_a_hook_call_are_about_data(tape: JournalBuilder) -> None:
    """A token and public data are of no end user."""
    for route in ("token", "energy.plans", "consents.list"):
        tape.call(route)
    read = tape.call("banking.accounts")
    tape.hook("refresh", took_s=0.25)

    assert reads_during(tape.journal, tape.journal.all(HookCall)[0]) == [read]


@pytest.mark.parametrize(
    ("call", "expected"),
    [
        ({}, True),
        ({"path": "/v1/consent/arr2"}, False),
        ({"status": 404}, False),
        ({"bites": ("Stall()",)}, False),
        ({"route": "consents.get"}, False),
    ],
)
def test_an_app_that_revokes_a_consent_knows_its_end(tape: JournalBuilder, call: dict[str, Any], expected: bool) -> None:
    """The API confirmed the revocation of that consent."""
    tape.consent("arr1", is_active=False)
    tape.call(**{"route": "consents.revoke", "status": 204, "path": "/v1/consent/arr1", **call})

    assert was_notified_of_end(tape.journal, last_state(tape)) is expected


@pytest.mark.parametrize(
    ("kind", "consent", "outcome", "expected"),
    [
        ("consent.revoked", "arr1", "ack", True),
        ("consent.revoked", "arr2", "ack", False),
        ("consent.updated", "arr1", "ack", False),
        ("consent.revoked", "arr1", "refuse", False),
    ],
)
def test_an_acknowledged_event_notifies_of_the_end(
    tape: JournalBuilder, kind: str, consent: str, outcome: DeliveryOutcome, expected: bool
) -> None:
    """It is about the revocation of that consent."""
    tape.consent("arr1", is_active=False)
    tape.deliver_event(kind, consent=consent, outcome=outcome)

    assert was_notified_of_end(tape.journal, last_state(tape)) is expected


@pytest.mark.parametrize(
    ("hook", "reads", "expected"),
    [
        ({"status": 200}, [200], True),
        ({"status": 200}, [403], True),
        ({"status": 200}, [500], False),
        ({"status": 200}, [], False),
        ({"status": 302}, [200], True),
        ({"status": 302}, [403], True),
        ({"status": 302}, [500], False),
        ({"status": 302}, [], False),
        ({"status": 502}, [403], True),
        ({"status": 502}, [404], True),
        ({"status": 502}, [500], False),
        ({"status": 502}, [200], False),
        ({"status": 502}, [], False),
        ({"status": 429}, [403], False),
        ({"status": None}, [403], False),
        ({"status": 200, "participant": "b"}, [200], False),
        ({"status": 200, "name": "start_session"}, [200], False),
    ],
)
def test_a_refresh_after_the_end_shows_it(
    tape: JournalBuilder, hook: dict[str, Any], reads: list[int], expected: bool
) -> None:
    """The API serves a read without the ended consent, or refuses it; an app that fails for this reason knows it too."""
    tape.now_s = 1.5
    tape.consent("arr1", is_active=False)
    for status in reads:
        tape.call("banking.accounts", status=status)
    tape.now_s = 2.0
    tape.hook(**{"name": "refresh", "took_s": 1.0, **hook})
    assert not was_notified_of_end(tape.journal, last_state(tape))

    for status in reads:
        tape.call("banking.accounts", status=status)
    tape.now_s = 4.0
    tape.hook(**{"name": "refresh", "took_s": 2.05, **hook})
    assert was_notified_of_end(tape.journal, last_state(tape)) is expected


@pytest.mark.parametrize("bites", [("Status(status=403)",), ()])
def test_a_refusal_by_a_fault_shows_no_end(tape: JournalBuilder, bites: tuple[str, ...]) -> None:
    """The API itself would have responded."""
    tape.consent("arr1", is_active=False)
    tape.wait(1)
    tape.call("banking.accounts", status=403, bites=bites)
    tape.hook("refresh", status=502)

    assert was_notified_of_end(tape.journal, last_state(tape)) is (not bites)


def test_a_failed_refresh_shows_no_end_while_another_consent_is_active(tape: JournalBuilder) -> None:
    """The refusal may be of other data."""
    tape.consent("arr2")
    tape.consent("arr1", is_active=False)
    tape.wait(1)
    tape.call("banking.accounts", status=403)
    tape.hook("refresh", status=502)

    assert not was_notified_of_end(tape.journal, last_state(tape))


@pytest.mark.parametrize(
    ("earlier", "end", "is_shown"),
    [
        ({"rows": [{"id": "r1", "consent": "arr1"}]}, {"rows": [{"id": "r1", "consent": "arr2"}]}, True),
        ({"rows": [{"id": "r1", "tags": ["arr1"]}]}, {"rows": [{"id": "r1", "tags": ["arr2"]}]}, True),
        ({"rows": [{"id": "r1", "v": "x"}]}, {"rows": [{"id": "r1", "v": "y"}]}, False),
        ({"rows": [{"id": "r1", "tags": ["x"]}]}, {"rows": [{"id": "r1", "tags": ["y"]}]}, False),
        ({"rows": [{"id": "r1"}]}, {"past": [{"id": "r1"}]}, False),
        ({"rows": [{"id": "r1"}]}, {"rows": []}, False),
    ],
)
def test_a_row_is_still_shown_if_it_is_unchanged(
    tape: JournalBuilder, earlier: dict[str, Any], end: dict[str, Any], is_shown: bool
) -> None:
    """Only ids of consents may differ, because the app may show the row under another consent."""
    tape.consent("arr1")
    tape.consent("arr2")
    tape.effects(earlier)
    tape.effects(end)

    found = still_shown(tape.journal, tape.journal.all(Effects)[-1], ["r1", "r2"])

    assert found == ({"r1"}, {"r1"} if is_shown else set())


@pytest.mark.parametrize(
    ("restart_s", "consent", "end", "expected"),
    [
        (5.0, "arr2", {}, True),
        (4.99, "arr2", {}, False),
        (None, "arr2", {}, False),
        (5.0, "arr2", {"rows": ["bank_tx_a"]}, False),
        (5.0, "arr3", {}, False),
    ],
)
def test_an_app_may_lose_the_rows_of_others_by_a_restart(
    tape: JournalBuilder, restart_s: float | None, consent: str, end: dict[str, Any], expected: bool
) -> None:
    """Only rows of active consents count, and the restart came at the moment or later."""
    tape.consent("arr2", participant="b")
    tape.consent("arr3", participant="b", is_active=False)
    tape.rows(own_row("a", consent), participant="b")
    tape.effects({"rows": ["bank_tx_a"]}, participant="b")
    if restart_s:
        tape.now_s = restart_s
        tape.restart()
    tape.now_s = 6.0
    tape.effects(end, participant="b")

    assert has_lost_rows_of_others(tape.journal, since_s=5.0) is expected
