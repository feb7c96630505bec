"""asked: which words a page wants typed, as a person reads it."""

import pytest

from harness.browser.asked import word_to_type


@pytest.mark.parametrize(
    ("text", "word"),
    [
        ("Please type DISCONNECT to confirm.", "DISCONNECT"),
        ("Type \u201cstop sharing\u201d below", "stop sharing"),
        ("To go on, enter the word 'Remove' here", "Remove"),
        ("Type REMOVE MY BANK in the box", "REMOVE MY BANK"),
        ("type delete to confirm", "delete"),
        ("Enter your e-mail address", ""),
        ("Type the name of your bank to confirm", ""),
        ("Write to us at any time", ""),
        ("Enter your password to confirm", ""),
    ],
)
def test_what_is_to_be_typed_is_what_the_page_says(text: str, word: str) -> None:
    """A text that does not say which word is asked for asks for none that anybody knows."""
    assert word_to_type(text) == word
