"""What a complaint about an unknown name suggests."""

import pytest

from fiskil_harness.errors import nearest

FAULTS = ("bad_gateway", "refuse", "reset_peer", "slow_close", "token_expired", "truncate")


@pytest.mark.parametrize(
    ("name", "found"),
    [
        ("reset", "reset_peer"),
        ("RESET", "reset_peer"),
        ("expired", "token_expired"),
        ("slow_answers", "slow_close"),
        ("refus", "refuse"),
        ("truncat", "truncate"),
        ("trunctae", "truncate"),
        ("xyz", None),
        ("", None),
    ],
)
def test_a_name_that_holds_the_word_is_suggested_before_one_that_looks_alike(name: str, found: str | None) -> None:
    """Then a slip of the keys, then one that begins the same; and nothing rather than anything."""
    assert nearest(name, FAULTS) == found
