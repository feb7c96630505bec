"""served_texts: letters beyond ASCII in the app's state, and the results of a wrong encoding."""

import unicodedata
from collections.abc import Callable
from typing import Any

import pytest

from fiskil_harness.journal.queries.served_texts import ServedText, shown_texts, texts_beyond_ascii

CAFE, SUSHI = "CAFÉ ZOË \u2013 ÅRHUS", "MÜLLER SUSHI \U0001f363 BAR"
ARABIC = "CAFÉ \u0645\u0642\u0647\u0649"
BYTES = SUSHI.encode()


def result(text: str, state: Any) -> str:
    """Return how *state* shows *text*."""
    texts = shown_texts(state, [ServedText("a", "description", text)])
    return "wrong" if texts.wrong else "right" if texts.right else "not judged"


@pytest.mark.parametrize("text", [CAFE, SUSHI, ARABIC])
@pytest.mark.parametrize(
    "change",
    [str, str.title, str.lower, "  Card 12: {} ".format, lambda text: unicodedata.normalize("NFD", text)],
    ids=["same", "title case", "lower case", "part", "NFD"],
)
def test_case_spaces_and_the_form_of_accents_may_differ(text: str, change: Callable[[str], str]) -> None:
    """The state shows every letter."""
    assert result(text, {"rows": [{"title": change(text)}]}) == "right"


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        (CAFE, "CAFE ZOE - ARHUS"),
        (CAFE, "CAF ZO RHUS"),
        (CAFE, "CAFÉ ZOË - ÅRHUS"),
        (CAFE, "CAFÉ ZOË ? ÅRHUS"),
        (CAFE, "CAFÉ ZO…"),
        (CAFE, "CAF\ufffd"),
        (SUSHI, "MÜLLER SUSHI ? BAR"),
        (SUSHI, "MÜLLER SUSHI \ufffd\ufffd BAR"),
        (CAFE, "Coffee"),
        (SUSHI, "MÜLLER SUSHI BAR"),
        (SUSHI, "MULLER SUSHI ? BAR"),
        (ARABIC, "CAFE ????"),
    ],
    ids=[
        "transliterated",
        "dropped",
        "dash",
        "dash replaced",
        "shortened",
        "cut inside a letter",
        "emoji alone replaced",
        "halves of the emoji replaced",
        "renamed",
        "without emoji",
        "emoji replaced",
        "transliterated as far as possible",
    ],
)
def test_other_forms_are_not_judged(text: str, shown: str) -> None:
    """Apps rewrite texts for many reasons."""
    assert result(text, [{"description": shown}]) == "not judged"


@pytest.mark.parametrize("state", [None, {}, [], 5, {"amount": "-12.50"}])
def test_a_state_without_the_text_is_not_judged(state: Any) -> None:
    """An app stores only the fields that it needs."""
    assert result(CAFE, state) == "not judged"


@pytest.mark.parametrize("text", [CAFE, SUSHI, ARABIC])
@pytest.mark.parametrize("encoding", ["latin-1", "cp1252"])
@pytest.mark.parametrize(
    "change",
    [str, str.lower, str.upper, "Card 12: {}".format, lambda text: " ".join(text.split())],
    ids=["same", "lower case", "upper case", "part", "spaces"],
)
def test_bytes_that_became_letters_are_wrong(text: str, encoding: str, change: Callable[[str], str]) -> None:
    """The app may change the text afterwards."""
    assert result(text, {"rows": {"a": [change(text.encode().decode(encoding, "replace"))]}}) == "wrong"


@pytest.mark.parametrize(
    "shown",
    [
        SUSHI.encode("ascii", "replace").decode(),
        BYTES.decode("ascii", "replace"),
        BYTES.decode("ascii", "replace").replace("\ufffd", "?"),
        BYTES.decode("cp1252", "ignore"),
        "m?ller sushi ?? bar",
    ],
    ids=["letters", "bytes", "question marks", "undefined byte left out", "halves of the emoji"],
)
def test_replaced_letters_are_wrong(shown: str) -> None:
    """Every letter beyond ASCII is lost, as a whole or byte by byte."""
    assert result(SUSHI, [shown]) == "wrong"


@pytest.mark.parametrize(
    ("text", "shown", "expected"),
    [
        (SUSHI, "MÜLLER SUSHI ", "wrong"),
        (SUSHI, "müller sushi", "wrong"),
        (SUSHI, "MÜLLER SUS", "not judged"),
        (SUSHI, "MÜLLER SUSHI!", "not judged"),
        ("MÜLLER SUSHI \U0001f363", "MÜLLER SUSHI", "not judged"),
        ("\U0001f363 MÜLLER SUSHI", "", "not judged"),
        ("MÜLLER SUSHI \u2013 BAR", "MÜLLER SUSHI", "not judged"),
    ],
)
def test_a_text_that_ends_before_its_emoji_is_wrong(text: str, shown: str, expected: str) -> None:
    """A database with three bytes for each character cuts it there, and loses the words after the emoji."""
    assert result(text, [{"description": shown}]) == expected


@pytest.mark.parametrize(
    ("text", "encoding"),
    [(ARABIC, "latin-1"), (ARABIC, "cp1252"), ("CAFÉ PIĘĆ", "latin-1")],
    ids=["Arabic", "Arabic in cp1252", "Polish"],
)
def test_letters_that_an_encoding_lacks_are_wrong(text: str, encoding: str) -> None:
    """A database column keeps the letters that it has, and replaces the others."""
    assert result(text, [text.encode(encoding, "replace").decode(encoding)]) == "wrong"


@pytest.mark.parametrize(
    ("text", "shown"),
    [("\U0001f363", "/x?page=2"), ("É", "what?"), ("Á", "João"), ("SÃO JOÃO", "#SãoJoão")],
    ids=["emoji", "letter", "garbled letter", "without a space"],
)
def test_a_short_text_is_not_judged_by_other_texts(text: str, shown: str) -> None:
    """A question mark or a letter of another text is no trace of it."""
    served = texts_beyond_ascii([{"description": text}])

    assert not shown_texts([shown], served).wrong


def test_a_text_that_is_right_elsewhere_is_right() -> None:
    """The other occurrence may be a search key or a line of a log."""
    assert result(CAFE, {"rows": [CAFE], "log": ["CAF? ZO? ? ?RHUS"]}) == "right"


def test_texts_beyond_ascii_are_found_at_any_depth() -> None:
    """The name of the row in the journal is none that the API serves."""
    row = {
        "key": "Trésor",
        "fiskil_id": "1",
        "description": "Café",
        "more": {"title": "Über", "n": 1},
        "tags": ["a", "Löwe"],
    }

    texts = texts_beyond_ascii([row, {"description": "Café"}, {"description": "Coffee"}])

    found = [("description", "Café"), ("title", "Über"), ("tags", "Löwe")]
    assert texts == [ServedText("Trésor", name, text) for name, text in found]
