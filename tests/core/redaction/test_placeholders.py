"""Placeholders name the secrets of a journal: no secret is left, equal secrets stay equal, and JSON stays JSON."""

import base64
import json
import zlib
from typing import Any
from urllib.parse import quote

import pytest

from fiskil_harness.core.identifiers import ID_LIKE
from fiskil_harness.core.model.findings import Finding, Verdict
from fiskil_harness.core.redaction.placeholders import Placeholders, with_kinds, with_words

SECRET = "fsk_q7Rt2LmX9vBz4KpD8sWn3JhY6cFg1TxQ5aEu0oIi7RkMbVZd"
TOKENS = ("k3V9pQ7xTz2LmN8r", "Wd5Yb1Hs6GfJ4cRa", "Zx8Cv2Bn5Mq1Lw9K")
UNKNOWN = "eyJhbGciOiJIUzI1NiJ9.eyJqdGkiOiJhYmMifQ.c2lnNmF0dXJlLW9mLXRoZS10b2tlbg"
NUMBER = "482915637"


@pytest.fixture
def placeholders() -> Placeholders:
    """Return placeholders for a client secret, three tokens and an account number."""
    known = Placeholders()
    known.learn([("client_secret", SECRET), *(("access_token", token) for token in TOKENS), ("account number", NUMBER)])
    return known


def test_a_secret_is_replaced_by_its_name(placeholders: Placeholders) -> None:
    """Only the second and later secrets of a kind have a number; keys and bytes are replaced as well."""
    tree = {"body": f"key {SECRET}".encode(), TOKENS[0]: [f"Bearer {TOKENS[2]}", 7, None, True]}

    assert placeholders.replace(tree) == {
        "body": b"key [harness: client_secret]",
        "[harness: access_token]": ["Bearer [harness: access_token 3]", 7, None, True],
    }


def test_a_secret_keeps_its_name_when_others_follow(placeholders: Placeholders) -> None:
    """The same token has one name in all scenarios of an app."""
    placeholders.learn([("access_token", "Nn4Rr8Tt2Yy6Uu0P"), ("access_token", TOKENS[1])])

    assert placeholders.replace([TOKENS[1], "Nn4Rr8Tt2Yy6Uu0P"]) == [
        "[harness: access_token 2]",
        "[harness: access_token 4]",
    ]


@pytest.mark.parametrize(
    ("encoded", "replaced"),
    [
        (quote(SECRET, safe=""), "[harness: client_secret]"),
        (base64.b64encode(SECRET.encode()).decode(), "[harness: client_secret in base64]"),
        (SECRET.encode().hex(), "[harness: client_secret in hex]"),
        (SECRET[:20], "[harness: part of client_secret]"),
    ],
    ids=["percent-encoded", "base64", "hex", "part"],
)
def test_the_encoding_is_a_part_of_the_placeholder(placeholders: Placeholders, encoded: str, replaced: str) -> None:
    """So different texts are not mistaken for equal ones."""
    assert placeholders.replace([f"<{encoded.rstrip('=')}>"]) == [f"<{replaced}>"]


@pytest.mark.parametrize("secret", [SECRET, TOKENS[1], UNKNOWN])
@pytest.mark.parametrize("level", [1, 6, 9])
@pytest.mark.parametrize(
    "text",
    ["session=.{}.aXg2Rw.sig; Path=/", "Cookie: session=.{}", '{{"c": "%2E{}"}}', "{}"],
    ids=["set", "sent", "quoted", "bare"],
)
def test_a_compressed_cookie_with_a_secret_is_replaced(
    placeholders: Placeholders, text: str, level: int, secret: str
) -> None:
    """Flask and others compress a session before they sign it, and a client can read it."""
    packed = base64.urlsafe_b64encode(zlib.compress(json.dumps({"token": secret}).encode(), level)).rstrip(b"=").decode()

    (replaced,) = placeholders.replace([text.format(packed)])

    assert packed[:24] not in replaced
    head, tail = text.format("|").split("|")
    assert replaced.startswith(f"{head}[harness: part of ")
    assert replaced.endswith(f"]{tail}")
    assert b"[" not in with_words(replaced.encode())[0]


def test_a_compressed_cookie_without_a_secret_is_unchanged(placeholders: Placeholders) -> None:
    """Nor is a text changed that only looks compressed."""
    packed = base64.urlsafe_b64encode(zlib.compress(json.dumps({"theme": "dark", "items": [1, 2, 3]}).encode())).decode()

    assert placeholders.replace([packed, f"eJ{'x' * 40}", "a" * 9000]) == [packed, f"eJ{'x' * 40}", "a" * 9000]


def test_a_date_right_behind_a_token_is_no_part_of_it() -> None:
    """A database file contains the values of a row without a separator."""
    placeholders = Placeholders()
    placeholders.learn([("access token", UNKNOWN)])

    replaced = placeholders.replace([f"{UNKNOWN}2026-12-01 06:12:15", "2026-12-01T06:12:16Z"])

    assert replaced == ["[harness: access_token, no id]2026-12-01 06:12:15", "2026-12-01T06:12:16Z"]


def test_a_token_that_nothing_lists_gets_a_name(placeholders: Placeholders) -> None:
    """It may have expired before the run knew it."""
    assert placeholders.replace([f"x-token: {UNKNOWN}", UNKNOWN]) == [
        "x-token: [harness: token, no id]",
        "[harness: token, no id]",
    ]


@pytest.mark.parametrize(
    "body",
    [
        {"account": int(NUMBER)},
        {"accounts": [1, int(NUMBER), 2], "text": f"accounts {NUMBER}, {NUMBER}, and others"},
        [f"a: {NUMBER}"],
    ],
)
def test_json_stays_json(placeholders: Placeholders, body: Any) -> None:
    """A number that is secret becomes a text if the body would be no JSON otherwise."""
    raw = json.dumps(body).encode()

    (replaced,) = placeholders.replace([raw])

    assert NUMBER.encode() not in replaced
    assert type(json.loads(replaced)) is type(body)


def test_a_secret_number_is_replaced_in_values_too(placeholders: Placeholders) -> None:
    """A state may contain an account number as a number; other numbers are kept."""
    assert placeholders.replace({"number": int(NUMBER), "count": 12, "text": NUMBER, "big": 10**5000}) == {
        "number": "[harness: account_number, no id]",
        "count": 12,
        "text": "[harness: account_number, no id]",
        "big": 10**5000,
    }


def test_text_without_secrets_is_unchanged(placeholders: Placeholders) -> None:
    """Also a text that is no valid UTF-8 or UTF-16, and a body that is no text."""
    tree = {"a": ["ä \ud800 €", b"\xff\x00\xfe", 1.5, -1], "": {}}

    assert placeholders.replace(tree) == tree


def test_the_name_of_a_secret_is_no_word_of_the_app() -> None:
    """A probe of logs looks for words such as token; equal secrets have equal words, and others have others."""
    first, _ = with_words(b"a [harness: access_token 3] b [harness: access_token 3] c")
    other, _ = with_words(b"[harness: access_token 2]")

    words = first.split()
    assert (words[0], words[2], words[4]) == (b"a", b"b", b"c")
    assert words[1] == words[3] != other
    assert not set(words[1]) & set(b"aeiouyls")


def test_a_finding_is_shown_as_the_redactor_shows_it() -> None:
    """The names of a run differ from those of another run, and reports do not."""
    line = b"[harness: access_token 3] [harness: part of client_secret in base64] [harness: token decoded in hex] [info]"

    words, kinds = with_words(line)
    finding = Finding(probe="p", verdict=Verdict.FAIL, observed=words.decode(), evidence=("nothing",))

    shown = with_kinds(finding, kinds)
    assert (shown.observed, shown.evidence) == ("<access_token> <client_secret> <token> [info]", ("nothing",))


@pytest.mark.parametrize(
    "secret",
    [SECRET, SECRET.upper(), SECRET.lower(), SECRET.encode().hex(), TOKENS[0], UNKNOWN, NUMBER],
    ids=["whole", "upper case", "lower case", "hex", "token", "JWT", "number"],
)
def test_the_word_looks_like_an_id_if_the_secret_does(placeholders: Placeholders, secret: str) -> None:
    """Probes of logs count words that look like ids, and compare lines without their values, live and in a file."""
    (replaced,) = placeholders.replace([f"used {secret} again".encode()])

    text, kinds = with_words(replaced)
    word = text.decode().split()[1]
    assert text.decode() == f"used {word} again"
    assert list(kinds) == [word]
    assert bool(ID_LIKE.search(f"used {secret} again")) == bool(ID_LIKE.search(f"used {word} again"))
    assert any(letter.isdigit() for letter in word)
    assert with_kinds(f"a {word}", kinds) == f"a {kinds[word]}"


def test_parts_of_a_typed_value_stay() -> None:
    """Parts of a value of the config may be words of the harness, such as the name of a practice."""
    known = Placeholders()
    known.learn([("config_secret", "standard-webhooks-v1a")], has_parts=False)

    assert known.replace(["server.webhooks-validated-first", "standard-webhooks-v1a"]) == [
        "server.webhooks-validated-first",
        "[harness: config_secret, no id]",
    ]
