"""Redaction with drawn secrets, spellings and texts: no secret is left in any spelling, and other text is unchanged.

The bounds: one to three secrets of up to sixty characters, up to two encodings of each one on top of the other, and texts of
some hundred characters around them.
"""

import base64
import hashlib
import html
import json
import string
from urllib.parse import quote

from hypothesis import given, settings
from hypothesis import strategies as st

from fiskil_harness.core.redaction import SHORTEST_PART, Index
from fiskil_harness.core.redaction.placeholders import Placeholders
from fiskil_harness.core.redaction.redactor import Redactor

BASE62 = string.ascii_letters + string.digits
PLAIN = st.text(alphabet=string.ascii_lowercase + " .,:;=/-'\"\n{}[]äß€", max_size=60)
"""The text around secrets: without digits and capitals, so it contains no secret by chance."""

ENCODINGS = {
    "plain": lambda text: text,
    "base64": lambda text: base64.b64encode(text.encode()).decode(),
    "base64 for URLs": lambda text: base64.urlsafe_b64encode(text.encode()).decode().rstrip("="),
    "hex": lambda text: text.encode().hex(),
    "hex in capitals": lambda text: text.encode().hex().upper(),
    "URL-encoded": lambda text: quote(text, safe=""),
    "each percent-encoded": lambda text: "".join(f"%{value:02x}" for value in text.encode()),
    "JSON": lambda text: json.dumps(text)[1:-1].replace("/", "\\/"),
    "each escaped": lambda text: "".join(f"\\u{value:04x}" for value in text.encode()),
    "HTML": lambda text: html.escape(text).replace("/", "&#x2F;").replace("=", "&#61;"),
    "numbers": lambda text: str(list(text.encode())),
}


@st.composite
def secrets(draw: st.DrawFn) -> str:
    """Draw a secret as the sandbox creates them: base 62 with a prefix, base64 of a key, or a token in three parts."""
    kind = draw(st.sampled_from(["key", "prefixed", "token"]))
    raw = hashlib.sha512(str(draw(st.integers(0, 10**6))).encode()).digest()[: draw(st.integers(32, 48))]
    if kind == "key":
        return base64.b64encode(raw).decode()
    drawn = "".join(BASE62[number % 62] for number in raw)
    if kind == "prefixed":
        return "fsk_" + drawn
    part = base64.urlsafe_b64encode(raw).decode().rstrip("=")
    claims = base64.urlsafe_b64encode(json.dumps({"org_id": "o", "jti": drawn}).encode()).decode().rstrip("=")
    return f"eyJhbGciOiJIUzI1NiJ9.{claims}.{part}"


@st.composite
def leaking(draw: st.DrawFn) -> tuple[list[str], str]:
    """Draw secrets, and a text that contains them or parts of them, encoded once or twice."""
    values = draw(st.lists(secrets(), min_size=1, max_size=3, unique=True))
    pieces = [draw(PLAIN)]
    for value in values:
        begin = draw(st.integers(0, len(value) - SHORTEST_PART))
        part = value[begin : draw(st.integers(begin + SHORTEST_PART, len(value)))]
        for name in draw(st.lists(st.sampled_from(sorted(ENCODINGS)), min_size=1, max_size=2)):
            part = ENCODINGS[name](draw(st.sampled_from(["", "a", "id:", "{"])) + part)
        pieces += [part, " ", draw(PLAIN)]
    return values, "".join(pieces)


def redactor_of(values: list[str]) -> Redactor:
    """Return a redactor that knows these secrets."""
    redactor = Redactor()
    for value in values:
        redactor.register("secret", value)
    return redactor


def index_of(values: list[str]) -> Index:
    """Return the index that a probe would search with."""
    index = Index()
    for value in values:
        index.add("secret", value)
    return index


@settings(max_examples=80, deadline=None, derandomize=True)
@given(leaking())
def test_redacted_text_contains_no_secret_that_probes_find(drawn: tuple[list[str], str]) -> None:
    """The text may contain any encoding of any part of a secret."""
    values, text = drawn

    redacted = redactor_of(values).redact(text)

    assert index_of(values).hits(redacted.encode()) == []


@settings(max_examples=30, deadline=None, derandomize=True)
@given(leaking())
def test_redacting_twice_changes_nothing(drawn: tuple[list[str], str]) -> None:
    """The replacement of a secret contains no secret."""
    values, text = drawn
    redactor = redactor_of(values)
    once = redactor.redact(text)

    assert redactor.redact(once) == once


@settings(max_examples=30, deadline=None, derandomize=True)
@given(leaking(), PLAIN)
def test_a_tree_is_redacted_like_its_texts(drawn: tuple[list[str], str], plain: str) -> None:
    """The position of a text in the tree makes no difference, and text around secrets is kept."""
    values, text = drawn
    redactor = redactor_of(values)

    redacted = redactor.redact_tree({"plain": [plain, text], "key": {"b": text}})

    assert redacted == {"plain": [plain, redactor.redact(text)], "key": {"b": redactor.redact(text)}}


@settings(max_examples=30, deadline=None, derandomize=True)
@given(st.lists(secrets(), min_size=1, max_size=3, unique=True), st.text(max_size=200), PLAIN)
def test_a_text_without_secrets_is_unchanged(values: list[str], any_text: str, plain: str) -> None:
    """Every character is kept, in any language."""
    redactor = redactor_of(values)

    assert redactor.redact(plain) == plain
    assert redactor.redact(any_text) == any_text


@settings(max_examples=60, deadline=None, derandomize=True)
@given(leaking(), st.booleans())
def test_text_with_placeholders_contains_no_secret_that_probes_find(drawn: tuple[list[str], str], is_split: bool) -> None:
    """Neither do the texts of a tree, nor its texts one after another."""
    values, text = drawn
    placeholders = Placeholders()
    placeholders.learn(("secret", value) for value in values)

    tree = placeholders.replace({"a": [text, text.encode()], text: text.split(" ") if is_split else 7})

    assert index_of(values).hits(repr(tree).encode()) == []
    assert index_of(values).hits(tree["a"][1]) == []


@settings(max_examples=30, deadline=None, derandomize=True)
@given(st.lists(secrets(), min_size=2, max_size=4, unique=True), PLAIN)
def test_equal_secrets_have_equal_placeholders_and_others_have_others(values: list[str], plain: str) -> None:
    """So a probe sees which token was used again."""
    placeholders = Placeholders()
    placeholders.learn(("secret", value) for value in values)

    replaced = placeholders.replace([f"{plain} {value}" for value in (*values, *values)])

    assert replaced[: len(values)] == replaced[len(values) :]
    assert len(set(replaced)) == len(values)


@settings(max_examples=30, deadline=None, derandomize=True)
@given(st.lists(secrets(), min_size=1, max_size=3, unique=True), st.text(max_size=200), st.binary(max_size=200))
def test_a_tree_without_secrets_is_unchanged(values: list[str], any_text: str, any_bytes: bytes) -> None:
    """Every character and every byte is kept."""
    placeholders = Placeholders()
    placeholders.learn(("secret", value) for value in values)

    assert placeholders.replace([any_text, any_bytes, {any_text: 5}]) == [any_text, any_bytes, {any_text: 5}]
