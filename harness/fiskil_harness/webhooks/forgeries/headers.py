"""Forgeries that need no key: without a signature, with an invalid one, or with the signature of another message."""

import base64
from collections.abc import Callable

from fiskil_harness.core.config.webhook_format import Dialect
from fiskil_harness.webhooks.forgeries.forgery import Forged, Forgery, Material, computed, forged, with_other_secret
from fiskil_harness.webhooks.payload_format import Headers
from fiskil_harness.webhooks.signature_schemes import digest_in, joined

LONG_HEADER = 4096
HIGH = "".join(map(chr, range(0x80, 0x100)))
LENGTHS = (1, 43, 44, 45, 64)
"""Lengths of invalid signatures: near the length of a base64 digest (44), and the length of a hex digest (64)."""


def _header(*values: str, beside: Headers = ()) -> Callable[[Material], Forged]:
    return lambda material: forged(material, *values, beside=beside)


def _cut(length: int) -> Callable[[Material], Forged]:
    return computed(lambda material: material.honest.signature[:length])


def _joined(material: Material) -> str:
    return joined(material.scheme, with_other_secret(material), material.other.signature)


def _reversed(material: Material) -> str:
    """Return a signature with the bytes of the right digest reversed, so that its length and alphabet are valid."""
    return material.spell(digest_in(material.honest.signature, material.scheme)[::-1])


def _in_other_case(material: Material) -> str:
    """Return a signature whose base64 differs from the right one only in the case of its letters.

    Its last letter before the padding stays as it is, because some of its bits must be 0.
    """
    text = base64.b64encode(digest_in(material.honest.signature, material.scheme)).decode()
    return material.spell(base64.b64decode(text[:-2].swapcase() + text[-2:]))


def _is_in_base64(dialect: Dialect) -> bool:
    """Return True if the case of a letter matters in a signature."""
    return dialect.scheme.digest == "base64"


HEADERS: tuple[Forgery, ...] = (
    Forgery("unsigned", "without a signature", _header()),
    Forgery("empty_header", "with an empty signature header", _header("")),
    Forgery("random_signature", "with as many other bytes as its signature", computed(_reversed)),
    Forgery("junk_signature", "with a signature that is not base64", _header("not base64, not hex, nothing")),
    *(Forgery(f"letters_{length}", f"with {length} letters as its signature", _header("A" * length)) for length in LENGTHS),
    Forgery("long_header", "with a signature of 4096 letters", _header("A" * LONG_HEADER)),
    Forgery("non_ascii_header", "with bytes above 127 in its signature", _header("\x80\xe9\xff" * 14)),
    Forgery("non_ascii_44", "with 44 bytes above 127 as its signature", _header("\xe9" * 44)),
    Forgery("every_high_byte", "with every byte above 127 in its signature", _header(HIGH)),
    # 43 letters are a whole unpadded signature, so the longest prefix that is incomplete has 42.
    *(
        Forgery(f"truncated_{length}", f"with the first {length} letters of its signature", _cut(length))
        for length in (1, 4, 8, 42)
    ),
    Forgery(
        "other_letter_case",
        "with its signature in other upper and lower case",
        computed(_in_other_case),
        suits=_is_in_base64,
    ),
    Forgery("signature_of_another", "under the signature of another message", computed(lambda m: m.other.signature)),
    Forgery(
        "two_headers", "with two signature headers, both wrong", lambda m: forged(m, with_other_secret(m), m.other.signature)
    ),
    Forgery("joined_signatures", "with two wrong signatures in one header", computed(_joined)),
    Forgery("put_unsigned", "without a signature, by PUT", lambda m: forged(m, method="PUT")),
    Forgery("get_unsigned", "without a signature, by GET", lambda m: forged(m, method="GET")),
)
