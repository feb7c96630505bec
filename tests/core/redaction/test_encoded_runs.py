"""The parts of a text that can be base64, hex or a long number."""

import base64

import pytest

from fiskil_harness.core.redaction.encoded_runs import in_base64, in_hex, of_digits


@pytest.mark.parametrize("prefix", [b"", b"=", b"a", b"ab", b"abc"])
def test_base64_of_text_is_found_at_any_offset(prefix: bytes) -> None:
    """Base64 of readable text is found whatever precedes it."""
    (span,) = in_base64(b". " * 5 + prefix + base64.b64encode(b"some text here") + b" .")

    assert span[0] in {len(prefix) + 10, len(prefix) + 11}
    assert span[1] - span[0] >= 16


def test_encodings_of_unreadable_bytes_are_skipped() -> None:
    """Encoded bytes that are not text, words and dates are left out of the slower search."""
    assert in_base64(b"-- 2026-11-28T00:55:10.123Z " + base64.b64encode(b"\xfe" * 30)) == []
    assert in_hex(b"id=" + bytes(range(128, 192)).hex().encode()) == []


def test_hex_of_text_is_found() -> None:
    """Nine or more pairs of hex digits are found, in upper and lower case."""
    assert in_hex(b"x=" + b"some text".hex().encode().upper()) == [(2, 20)]
    assert in_hex(b"x=" + b"eight ch".hex().encode()) == []


def test_numbers_of_a_minimum_length_are_found() -> None:
    """A number is found with all of its digits."""
    assert of_digits(b"1234 12345678 123456789012 1", 8) == [(5, 13), (14, 26)]


@pytest.mark.parametrize("search", [in_base64, in_hex, lambda text: of_digits(text, 9)])
def test_an_empty_text_has_no_spans(search: object) -> None:
    """Each search of an empty text returns an empty list."""
    assert search(b"") == []  # type: ignore[operator]
