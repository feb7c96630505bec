"""The words that a page requires an end user to type."""

import pytest

from fiskil_harness.app.browser.confirmation_word import confirmation_word


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
        ("To stop sharing, enter the code that we sent you by SMS.", ""),
        ("Enter your PIN to confirm", ""),
        ("Enter the OTP", ""),
        ("Enter SMS code", ""),
        ("Enter amount in AUD", ""),
        ("ENTER YOUR PASSWORD", ""),
        ("Write to us at ACME Pty", ""),
        ("Enter email to confirm", ""),
        ('Type the bank\'s name, "ACME Bank", to stop sharing.', "ACME Bank"),
        ("Type your bank's name to confirm. It's final.", ""),
        ("Type the banks\u2019 name, 'ACME'", "ACME"),
        ("Type \u2018it\u2019s over\u2019 to confirm", "it\u2019s over"),
        ("Enter I AGREE to confirm", "I AGREE"),
        ("Type the following text: DELETE", "DELETE"),
    ],
)
def test_the_confirmation_word_is_the_one_that_the_page_states(text: str, word: str) -> None:
    """A text that does not state the word literally yields none."""
    assert confirmation_word(text) == word
