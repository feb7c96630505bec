"""Where a text can be read as base64 or hex: asked of all characters at once, with the answer of asking one by one."""

import base64

import pytest

from fiskil_harness.core.redaction.encoded_runs import in_base64, in_hex, of_digits


@pytest.mark.parametrize("behind", [b"", b"=", b"a", b"ab", b"abc"])
def test_base64_of_text_is_found_wherever_it_begins(behind: bytes) -> None:
    """At any offset of what stands before it."""
    (span,) = in_base64(b". " * 5 + behind + base64.b64encode(b"some text here") + b" .")

    assert span[0] in {len(behind) + 10, len(behind) + 11}
    assert span[1] - span[0] >= 16


def test_what_spells_no_text_is_not_looked_at() -> None:
    """Bytes that are no text, words and dates stay out of the slower search."""
    assert in_base64(b"-- 2026-11-28T00:55:10.123Z " + base64.b64encode(b"\xfe" * 30)) == []
    assert in_hex(b"id=" + bytes(range(128, 192)).hex().encode()) == []


def test_hex_of_text_is_found() -> None:
    """Nine pairs or more, and both cases."""
    assert in_hex(b"x=" + b"some text".hex().encode().upper()) == [(2, 20)]
    assert in_hex(b"x=" + b"eight ch".hex().encode()) == []


def test_numbers_are_found_from_a_length_on() -> None:
    """Each with all of its digits."""
    assert of_digits(b"1234 12345678 123456789012 1", 8) == [(5, 13), (14, 26)]


@pytest.mark.parametrize("ask", [in_base64, in_hex, lambda text: of_digits(text, 9)])
def test_an_empty_text_holds_nothing(ask: object) -> None:
    """There is nothing to ask about."""
    assert ask(b"") == []  # type: ignore[operator]
