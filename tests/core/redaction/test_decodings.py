"""Texts that are contained in a longer one in another encoding."""

import pytest

from fiskil_harness.core.redaction.decodings import decodings


@pytest.mark.parametrize("order", ["utf-16-le", "utf-16-be"])
@pytest.mark.parametrize(("text", "is_found"), [("!aZ09~Qx/", True), ("!aZ09~Qx", False), ("!aZ0 9~Qx/", False)])
@pytest.mark.parametrize("around", [b"", b"SQLite format 3\0\x10\0\0\0\0"])
def test_utf_16_of_nine_characters_is_decoded(text: str, order: str, around: bytes, *, is_found: bool) -> None:
    """All characters of a secret may be in it, from ! to ~; a shorter row or one with a space is no secret."""
    # The zero byte beside the text would be its first or last character's in the other byte order.
    found = [decoding.text for decoding in decodings(around + b"\x01" + text.encode(order) + b"\x01" + around, depth=1)]

    assert any(text.encode() in decoded for decoded in found) == is_found
