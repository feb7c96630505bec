"""States compare by content: ids, times of the run and the order of lists make no difference."""

from datetime import UTC, datetime

from fiskil_harness.soak.effects import States, differences, texts_in

NAMES = {"consent-1": "consent", "consent-2": "consent", "row-1": "bank_tx_a", "row-2": "bank_tx_a"}
SINCE = datetime(2026, 6, 1, tzinfo=UTC)


def encoded(consent_id: str, row_id: str, *, expires_at: str, amount: str = "-1.00", seen: int = 1) -> bytes:
    """Return the state of an end user with one consent and one row."""
    state = {
        "consents": [{"consent_id": consent_id, "expires_at": expires_at}],
        "rows": [{"id": row_id, "amount": amount}],
        "seen": seen,
    }
    return States(NAMES, since=SINCE).encoded(state)


def test_two_end_users_with_the_same_life_have_equal_states() -> None:
    """Their ids and the times of their consents differ."""
    first = encoded("consent-1", "row-1", expires_at="2026-09-01T10:00:00Z")
    second = encoded("consent-2", "row-2", expires_at="2026-09-01T10:05:00Z")

    assert first == second


def test_another_amount_is_a_difference() -> None:
    """The phrase has the place and both values."""
    twin = encoded("consent-1", "row-1", expires_at="2026-09-01T10:00:00Z")
    other = encoded("consent-2", "row-2", expires_at="2026-09-01T10:00:00Z", amount="-2.00")

    assert differences(other, twin, twin, extra_attempts=0) == [
        "state.rows[*].amount: -1.00 in the twin, -2.00 here",
    ]


def test_a_counter_of_attempts_is_no_difference() -> None:
    """The end user under load got more deliveries than the twin."""
    twin = encoded("consent-1", "row-1", expires_at="2026-09-01T10:00:00Z")
    other = encoded("consent-2", "row-2", expires_at="2026-09-01T10:00:00Z", seen=4)

    assert differences(other, twin, twin, extra_attempts=3) == []
    assert len(differences(other, twin, twin, extra_attempts=2)) == 1


def test_every_text_and_word_of_a_state_is_found() -> None:
    """Ids of other end users may be keys, values or words."""
    assert set(texts_in({"a": ["b c"], "d": {"e": 1}})) == {"a", "b", "c", "b c", "d", "e"}


def test_a_list_of_messages_is_no_difference() -> None:
    """Each end user has other messages, and the one under load has more of them, with other values beside their ids."""
    states = States(NAMES, since=SINCE, messages=("1001", "2001", "2002"))
    twin = states.encoded({"messages": [{"id": "1001", "kind": "consent.updated"}], "latest": "1001"})
    other = states.encoded(
        {"messages": [{"id": name, "kind": "consent.updated"} for name in ("2001", "2002")], "latest": "2002"}
    )
    row = states.encoded({"messages": [{"id": "2001", "kind": "consent.revoked"}], "latest": "2001"})

    assert differences(other, twin, twin, extra_attempts=1) == []
    assert len(differences(row, twin, twin, extra_attempts=1)) == 1
