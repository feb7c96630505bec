"""Consents: how an app learns that one of them has ended, and which revocations of the app end one."""

import msgspec
import pytest

from fiskil_harness.journal import ConsentState, HookCall
from fiskil_harness.journal.builder import JournalBuilder
from fiskil_harness.journal.queries.consents import is_declined, rows_under, was_notified_of_end
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
