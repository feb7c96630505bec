"""The suggestion in an error message about an unknown name."""

import pytest

from fiskil_harness.errors import nearest

FAULTS = ("bad_gateway", "refuse", "reset_peer", "slow_close", "token_expired", "truncate")


@pytest.mark.parametrize(
    ("name", "suggestion"),
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
def test_the_nearest_name_is_suggested(name: str, suggestion: str | None) -> None:
    """A name that contains the word comes first, then a typing error, then the same beginning; otherwise None."""
    assert nearest(name, FAULTS) == suggestion
