"""Compressed words of a text, such as the cookies of frameworks that compress a session before they sign it."""

import base64
import re
import zlib
from collections.abc import Iterator
from urllib.parse import unquote_to_bytes

LARGEST = 1_000_000
"""Maximum number of bytes of a word after decompression."""
MOST_CHARACTERS = 8192
"""Maximum length of a compressed word. Browsers accept no larger cookie."""

_WORD = re.compile(
    rb"[CGKOSWae](?s:(?<![A-Za-z0-9+/_-].)|(?<=%%[0-9A-Fa-f]{2}.))[A-P](?:[A-Za-z0-9+/_-]|%%2[BbFf]){22,%d}"
    % MOST_CHARACTERS
)
"""Pattern of base64 whose first byte may begin a zlib stream.

It checks the text before its first character only after that character has matched: a pattern that begins with a set of
characters is found much faster.
"""
_STANDARD = bytes.maketrans(b"-_", b"+/")


def compressed_words(text: bytes) -> Iterator[tuple[tuple[int, int], bytes]]:
    """Yield the span and the decompressed content of each word of *text* that is a zlib stream in base64."""
    for match in _WORD.finditer(text):
        word = unquote_to_bytes(match[0]).translate(_STANDARD)
        raw = base64.b64decode(word[: len(word) // 4 * 4])
        if int.from_bytes(raw[:2], "big") % 31:  # the check of the header, which RFC 1950 defines
            continue
        try:
            yield match.span(), zlib.decompressobj().decompress(raw, LARGEST)
        except zlib.error:
            continue
