"""Redaction under drawn secrets, spellings and texts: no secret is left in any spelling, and plain text is left alone.

The bounds: one to three secrets of up to sixty characters, up to three spellings of each one over the other, texts of some
hundred characters around them.
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
from fiskil_harness.core.redaction.redactor import Redactor

BASE62 = string.ascii_letters + string.digits
PLAIN = st.text(alphabet=string.ascii_lowercase + " .,:;=/-'\"\n{}[]äß€", max_size=60)
"""What stands around: it has no digits and no capitals, so no secret is in it by chance."""

WAYS = {
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
    """What a mint makes: base 62 with a prefix, base64 of a key, or a token in three parts."""
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
    """Secrets, and a text that holds them or parts of them, one spelling over the other."""
    values = draw(st.lists(secrets(), min_size=1, max_size=3, unique=True))
    pieces = [draw(PLAIN)]
    for value in values:
        begin = draw(st.integers(0, len(value) - SHORTEST_PART))
        told = value[begin : draw(st.integers(begin + SHORTEST_PART, len(value)))]
        for way in draw(st.lists(st.sampled_from(sorted(WAYS)), min_size=1, max_size=2)):
            told = WAYS[way](draw(st.sampled_from(["", "a", "id:", "{"])) + told)
        pieces += [told, " ", draw(PLAIN)]
    return values, "".join(pieces)


def redactor_of(values: list[str]) -> Redactor:
    """A redactor that knows these."""
    redactor = Redactor()
    for value in values:
        redactor.register("secret", value)
    return redactor


def index_of(values: list[str]) -> Index:
    """The index that a probe would search with."""
    index = Index()
    for value in values:
        index.add("secret", value)
    return index


@settings(max_examples=80, deadline=None, derandomize=True)
@given(leaking())
def test_what_probes_find_is_gone_from_reports(drawn: tuple[list[str], str]) -> None:
    """Whatever spelling and part of a secret a text held, the redacted one holds none."""
    values, text = drawn

    shown = redactor_of(values).redact(text)

    assert index_of(values).hits(shown.encode()) == []


@settings(max_examples=30, deadline=None, derandomize=True)
@given(leaking())
def test_redacting_twice_changes_nothing(drawn: tuple[list[str], str]) -> None:
    """What stands in the place of a secret is none."""
    values, text = drawn
    redactor = redactor_of(values)
    once = redactor.redact(text)

    assert redactor.redact(once) == once


@settings(max_examples=30, deadline=None, derandomize=True)
@given(leaking(), PLAIN)
def test_a_tree_is_redacted_as_its_texts_are(drawn: tuple[list[str], str], plain: str) -> None:
    """Whether a text stands alone or between others makes no difference, nor is anything lost around it."""
    values, text = drawn
    redactor = redactor_of(values)

    shown = redactor.redact_tree({"plain": [plain, text], "key": {"b": text}})

    assert shown == {"plain": [plain, redactor.redact(text)], "key": {"b": redactor.redact(text)}}


@settings(max_examples=30, deadline=None, derandomize=True)
@given(st.lists(secrets(), min_size=1, max_size=3, unique=True), st.text(max_size=200), PLAIN)
def test_a_text_without_secrets_is_left_alone(values: list[str], any_text: str, plain: str) -> None:
    """Every character of it, whatever language it is in."""
    redactor = redactor_of(values)

    assert redactor.redact(plain) == plain
    assert redactor.redact(any_text) == any_text
