"""The index of secrets finds a secret in any encoding, and parts of nine characters, but nothing else."""

import base64
import html
import json
from urllib.parse import quote

import pytest

from fiskil_harness.core.redaction import Index

CLIENT_SECRET = "fsk_q7Rt2LmX9vBz4KpD8sWn3JhY6cFg1TxQ5aEu0oIi7RkMbVZd"
KEY = bytes.fromhex("fbe19c03d8a7714e9b02f6cc5d81aa3e7f10b94466d2e85b")
WEBHOOK_SECRET = base64.b64encode(KEY).decode()
HEAD = "eyJhbGciOiJIUzI1NiIsInR5cCI6IkpXVCJ9"
CLAIMS = b'{"org_id":"0q3v8k2m5n7p9r1t4w6x8z0b2d","key_id":"9c41f07be2d85a36","scope":"api:banking","iat":1795827611}'
PAYLOAD = base64.urlsafe_b64encode(CLAIMS).rstrip(b"=").decode()
SIGNATURE = "RvPjDlRTJyN_vVhS0ad7AnXgb5frnRlLgjMTrkqpZG4"
TOKEN = f"{HEAD}.{PAYLOAD}.{SIGNATURE}"
NUMBER = "482915637"
NINE_CHARACTERS = CLIENT_SECRET[4:13]
BASIC = base64.b64encode(f"0q3v8k2m5n7p9r1t4w6x8z0b2d:{CLIENT_SECRET}".encode()).decode()

ENCODINGS = {
    "plain": CLIENT_SECRET,
    "base64": base64.b64encode(CLIENT_SECRET.encode()).decode(),
    "base64 of the pair": BASIC,
    "base64 after one more character": base64.b64encode(b"x" + CLIENT_SECRET.encode()).decode(),
    "base64 for URLs": base64.urlsafe_b64encode(f"??>{CLIENT_SECRET}".encode()).decode(),
    "base64 inside base64": base64.b64encode(BASIC.encode()).decode(),
    "base64 directly after a word": "basic_" + base64.b64encode(CLIENT_SECRET.encode()).decode(),
    "hex": CLIENT_SECRET.encode().hex(),
    "hex in capitals": CLIENT_SECRET.encode().hex().upper(),
    "hex after 0x": "0x" + CLIENT_SECRET.encode().hex(),
    "hex in pairs": CLIENT_SECRET.encode().hex(" "),
    "hex in pairs with colons": CLIENT_SECRET.encode().hex(":"),
    "hex in a list": ", ".join(f"0x{number:02x}" for number in CLIENT_SECRET.encode()),
    "bytes as numbers": str(list(CLIENT_SECRET.encode())),
    "bytes as JSON over lines": json.dumps(list(CLIENT_SECRET.encode()), indent=2),
    "every character percent-encoded": "".join(f"%{number:02X}" for number in CLIENT_SECRET.encode()),
    "percent-encoded twice": "".join(f"%25{number:02x}" for number in CLIENT_SECRET.encode()),
    "escaped for JSON": "".join(f"\\u{number:04x}" for number in CLIENT_SECRET.encode()),
    "escaped for JSON in JSON": "".join(f"\\\\u{number:04X}" for number in CLIENT_SECRET.encode()),
    "escaped as bytes": "".join(f"\\x{number:02x}" for number in CLIENT_SECRET.encode()),
    "escaped in octal": "".join(f"\\{number:03o}" for number in CLIENT_SECRET.encode()),
    "UTF-16": CLIENT_SECRET.encode("utf-16-le").decode(),
    "UTF-16 of the other byte order, in a text": f"key={CLIENT_SECRET}!".encode("utf-16-be").decode(),
    "UTF-16 in hex": CLIENT_SECRET.encode("utf-16-le").hex(),
    "UTF-16 in base64": base64.b64encode(CLIENT_SECRET.encode("utf-16-le")).decode(),
    "HTML in decimals": "".join(f"&#{number};" for number in CLIENT_SECRET.encode()),
    "HTML in hex": "".join(f"&#x{number:X};" for number in CLIENT_SECRET.encode()),
    "base64 URL-encoded": quote(base64.b64encode(b"\xff\xfe" + CLIENT_SECRET.encode()).decode(), safe=""),
    "hex in JSON in base64": base64.b64encode(json.dumps({"a": CLIENT_SECRET.encode().hex()}).encode()).decode(),
}
SPELLINGS = {
    "lower case": CLIENT_SECRET.lower(),
    "upper case": CLIENT_SECRET.upper(),
    "other case": CLIENT_SECRET.swapcase(),
    "a header's name": "-".join(word.capitalize() for word in CLIENT_SECRET.split("_")),
    "a header's name in an environment": "HTTP_" + CLIENT_SECRET.upper(),
    "upper case in base64": base64.b64encode(CLIENT_SECRET.upper().encode()).decode(),
    "nine characters in lower case": NINE_CHARACTERS.lower(),
    "a signature in an environment": "HTTP_" + SIGNATURE.upper().replace("-", "_"),
    "the base64 of a key in lower case": WEBHOOK_SECRET.lower(),
}
KEY_ENCODINGS = {
    "plain": WEBHOOK_SECRET,
    "URL-encoded": quote(WEBHOOK_SECRET, safe=""),
    "URL-encoded twice": quote(quote(WEBHOOK_SECRET, safe=""), safe=""),
    "JSON with slashes escaped": json.dumps(WEBHOOK_SECRET).replace("/", "\\/"),
    "HTML": html.escape(WEBHOOK_SECRET).replace("/", "&#x2F;").replace("+", "&plus;"),
    "the key in hex": KEY.hex(),
    "the key in hex in capitals": KEY.hex(":").upper(),
    "the key after two bytes, in base64": base64.b64encode(b"ab" + KEY).decode(),
    "the key for URLs": base64.urlsafe_b64encode(b"abc" + KEY).decode(),
}
PARTS = {
    "nine characters": NINE_CHARACTERS,
    "nine characters at the end": CLIENT_SECRET[-9:],
    "nine characters in base64": base64.b64encode(f"key: {NINE_CHARACTERS}...".encode()).decode(),
    "nine characters in hex": NINE_CHARACTERS.encode().hex(),
    "nine characters, one of them escaped": NINE_CHARACTERS[:4] + f"%{ord(NINE_CHARACTERS[4]):02x}" + NINE_CHARACTERS[5:],
    "half a token": TOKEN[: len(TOKEN) * 2 // 3],
    "a token without its signature": f"{HEAD}.{PAYLOAD}",
    "a signature": SIGNATURE,
    "nine characters of a signature": SIGNATURE[10:19],
    "base64 in two lines": base64.encodebytes(f"{'x' * 40}:{CLIENT_SECRET}".encode()).decode(),
    "half a key": KEY[5:14].hex(),
    "fourteen hex digits of a key": KEY.hex()[2:16],
}
GROUPED = {
    "groups of three": "482 915 637",
    "groups with hyphens": "4829-15637",
    "groups with dots": "48.29.15.637",
    "groups after a branch": "062-000 482 915 637",
    "groups with spaces and hyphens, before a date": "482-915 637 2026-12-07",
    "groups after many other numbers": "20 " * 1000 + "482 915 637" + " 20" * 1000,
    "groups in base64": base64.b64encode(b"account: 482 915 637, balance: 12").decode(),
}
HARMLESS = {
    "a prefix and eight characters": CLIENT_SECRET[:12] + "...",
    "the last eight characters": "***" + CLIENT_SECRET[-8:],
    "eight characters in base64": base64.b64encode(f"key: {NINE_CHARACTERS[:8]}...".encode()).decode(),
    "thirteen hex digits of a key, as ids contain by chance": KEY.hex()[2:15],
    "eight characters in hex": NINE_CHARACTERS[:8].encode().hex(),
    "the head of a token": HEAD,
    "the head of a token and what it begins with": TOKEN[:60],
    "the claims of a token": CLAIMS.decode(),
    "the ids of a token": "0q3v8k2m5n7p9r1t4w6x8z0b2d 9c41f07be2d85a36",
    "another token of the same head": f"{HEAD}.eyJvcmciOjF9.{SIGNATURE[::-1]}",
    "eight characters in lower case": NINE_CHARACTERS[:8].lower(),
    "a longer number": "1482915637",
    "a number with another digit after it": "4829156370",
    "the last digits": "****5637",
    "digits with a line end between them": "482915\n637",
    "digits with a longer group before them": "21482 915 637",
    "digits with a longer group after them": "482 915 6374",
    "digits with a word between them": "482 915 of 637",
    "digits one by one": "4 8 2 9 1 5 6 3 7",
}


@pytest.fixture(scope="module")
def index() -> Index:
    """Return an index of one secret of each kind."""
    index = Index()
    index.add("client secret", CLIENT_SECRET)
    index.add("webhook secret", WEBHOOK_SECRET)
    index.add("access token", TOKEN)
    index.add("account number", NUMBER, has_parts=False)
    return index


@pytest.mark.parametrize("encoding", ENCODINGS)
def test_a_whole_secret_is_found_in_every_encoding(index: Index, encoding: str) -> None:
    """Each encoding of the secret is one hit that counts as whole."""
    hits = index.hits(f"before {ENCODINGS[encoding]} after".encode())

    assert [(hit.kind, hit.is_whole) for hit in hits] == [("client secret", True)]


@pytest.mark.parametrize("encoding", KEY_ENCODINGS)
def test_a_base64_secret_is_found_as_text_and_as_key(index: Index, encoding: str) -> None:
    """The key that a base64 text encodes is as secret as the text, because it signs the messages."""
    hits = index.hits(f"key={KEY_ENCODINGS[encoding]}\n".encode())

    assert {hit.kind for hit in hits} == {"webhook secret"}


@pytest.mark.parametrize("spelling", SPELLINGS)
def test_a_secret_in_another_letter_case_is_found(index: Index, spelling: str) -> None:
    """The names of HTTP headers have another case, and an underscore for a hyphen; so does text for a log."""
    hits = index.hits(f"before {SPELLINGS[spelling]} after".encode())

    assert [hit.text.endswith("in another letter case") for hit in hits] == [True]


@pytest.mark.parametrize("part", PARTS)
def test_nine_characters_of_a_secret_are_a_leak(index: Index, part: str) -> None:
    """A part helps to guess the rest; the hit is not marked as whole."""
    hits = index.hits(f"log: {PARTS[part]}\n".encode())

    assert [hit.is_whole for hit in hits] == [False] * len(hits) != []


@pytest.mark.parametrize("text", HARMLESS)
def test_a_text_that_reveals_no_secret_is_no_leak(index: Index, text: str) -> None:
    """Prefixes, last digits, token heads, token claims and longer numbers may appear in a log."""
    assert index.hits(f"log: {HARMLESS[text]}\n".encode()) == []


@pytest.mark.parametrize("encoding", [*ENCODINGS, *SPELLINGS, *KEY_ENCODINGS, *PARTS, *GROUPED])
def test_a_hit_has_the_position_of_the_secret(index: Index, encoding: str) -> None:
    """A text without the spans of its hits contains no secret."""
    text = f"before {(ENCODINGS | SPELLINGS | KEY_ENCODINGS | PARTS | GROUPED)[encoding]} after".encode()
    spans = sorted(hit.span for hit in index.hits(text))

    remaining = b"|".join(
        [text[end:begin] for (_, end), (begin, _) in zip([(0, 0), *spans], [*spans, (len(text), 0)], strict=True)]
    )

    assert index.hits(remaining) == []
    assert remaining.startswith(b"before ")
    assert remaining.endswith(b" after")


def test_a_separate_number_is_found(index: Index) -> None:
    """An account number is a secret as a whole, where it is not part of a longer number."""
    (hit,) = index.hits(f"account={NUMBER};".encode())

    assert (hit.text, hit.span) == ("the account number", (8, 17))


@pytest.mark.parametrize("grouped", GROUPED)
def test_a_number_in_groups_of_digits_is_found(index: Index, grouped: str) -> None:
    """Statements and cards show an account number in this form."""
    (hit,) = index.hits(f"account {GROUPED[grouped]};".encode())

    assert (hit.kind, hit.is_whole) == ("account number", True)
    assert hit.text.endswith("in groups")


def test_a_hit_names_the_encoding(index: Index) -> None:
    """The text names what to search for in a log; escapes are not named."""
    leaks = (TOKEN, BASIC, KEY.hex(), NINE_CHARACTERS, CLIENT_SECRET.lower())
    texts = [hit.text for text in leaks for hit in index.hits(text.encode())]

    assert texts == [
        "the access token",
        "the client secret in base64",
        "the webhook secret decoded in hex",
        "a part of the client secret",
        "the client secret in another letter case",
    ]


@pytest.mark.parametrize(
    "typed",
    ["my-production-webhook-secret-2026", "correcthorsebatterystaple", "whsec_development_environment", "0000000000000000"],
)
def test_a_typed_secret_is_secret_as_a_whole_only(typed: str) -> None:
    """A secret that a person typed consists of words that occur in many logs."""
    index = Index()
    index.add("webhook secret", typed)

    assert [hit.is_whole for hit in index.hits(f"secret={typed};".encode())] == [True]
    assert index.hits(typed[:-1].encode()) == []


@pytest.mark.parametrize("value", ["", "test", "12345"])
def test_a_short_value_is_no_secret(value: str) -> None:
    """A webhook secret that is a short word would be found in ordinary log lines."""
    index = Index()
    index.add("webhook secret", value)

    assert index.hits(b"a test of 12345") == []


def test_only_the_random_part_of_an_address_is_secret() -> None:
    """Its host and path occur in many texts."""
    index = Index()
    index.add("auth_url", "http://127.0.0.1:8080/v1/auth/sessions/27ZdKq8Lr3mVx0PsYt6WnBcJfHg")

    assert index.hits(b"GET http://127.0.0.1:8080/v1/auth/sessions/other") == []
    assert [hit.text for hit in index.hits(b"session q8Lr3mVx0PsY")] == ["a part of the auth_url"]


def test_the_repr_of_hits_and_index_contains_no_secret(index: Index) -> None:
    """Both can appear in tracebacks."""
    (hit,) = index.hits(CLIENT_SECRET.encode())

    assert NINE_CHARACTERS not in repr(hit) + repr(index)
