"""Masking replaces every e-mail address, and takes little time for any text."""

import pytest

from fiskil_harness.core.clock import stopwatch
from fiskil_harness.core.redaction import masking


@pytest.mark.parametrize(
    ("text", "masked"),
    [
        ("to rosa.keane@example.com, now", "to <email>, now"),
        ("/people/rosa%40example.com/x", "/people/<email>/x"),
        ("no address @ all", "no address @ all"),
    ],
)
def test_an_address_is_masked_and_the_rest_is_unchanged(text: str, masked: str) -> None:
    """An address is masked as plain text and percent-encoded in a URL."""
    assert masking.email_masked(text) == masked


@pytest.mark.parametrize("word", ["o" * 60_000, "o" * 60_000 + "@", "@" * 60_000], ids=["none", "one", "many"])
def test_a_long_word_is_masked_quickly(word: str) -> None:
    """A header of 60 kB takes milliseconds; without a bound on the length of addresses it took minutes."""
    elapsed = stopwatch()

    assert masking.header("x-odd", word) == word
    assert elapsed() < 60
