"""page_messages: the text of a page, sentence by sentence."""

from typing import Any

import msgspec
import pytest

from fiskil_harness.core.catalog import read_fixture
from fiskil_harness.journal import PageView
from fiskil_harness.journal.queries.page_messages import (
    flaw_of,
    gist,
    has_sentence,
    is_readable,
    mentions,
    new_text,
    sentences,
)


def view(text: str, **more: Any) -> PageView:
    """Return a view of a page with *text*."""
    return PageView(participant="", page="p", status=200, text=text, **more)


def test_sentences_are_lines_and_texts_with_a_stop() -> None:
    """Each sentence appears once, with single spaces."""
    text = "Your  bank\nIt is late. Please wait!\nYour bank"

    assert sentences(text) == ("Your bank", "It is late.", "Please wait!")


def test_new_text_is_the_text_that_was_not_there_before() -> None:
    """A sentence that differs in its number only is not new."""
    assert new_text(view("Home\n3 new messages"), view("Home\n4 new messages\nIt failed.")) == ("It failed.",)


@pytest.mark.parametrize(
    ("text", "is_sentence"),
    [
        ("One two three", False),
        ("One two three four", True),
        ("AUTH_SESSION_CANCELLED is it", False),
        ("连接银行没有成功了", True),
    ],
)
def test_a_sentence_has_four_words(text: str, is_sentence: bool) -> None:
    """Codes are not words; in scripts without spaces, letters are counted."""
    assert has_sentence(text) is is_sentence


def test_the_gist_omits_references() -> None:
    """References differ each time."""
    assert gist(view("It failed. Reference 7f3a91.")) == gist(view("It failed. Reference 81bc02."))


@pytest.mark.parametrize(
    ("text", "is_there"), [("We'll e-mail you", True), ("We\u2019ll e-mail you", True), ("Wellness", False)]
)
def test_words_match_at_the_start_of_a_word(text: str, is_there: bool) -> None:
    """Both forms of the apostrophe match."""
    assert mentions(text, ("we'll",)) is is_there


@pytest.mark.parametrize(("problem", "is_seen"), [("", True), ("the page was not there within 4 s", False)])
def test_a_view_with_a_problem_is_not_readable(problem: str, is_seen: bool) -> None:
    """A page that could not be read never passes."""
    assert is_readable(view("Words", problem=problem)) is is_seen


@pytest.mark.parametrize("whole", read_fixture("page_error_words.toml")["whole"])
def test_every_listed_error_page_is_recognised(whole: str) -> None:
    """The status before the text and capital letters make no difference."""
    assert flaw_of(view(f"500 | {whole.upper()}.")) == "is a framework's own error page"


@pytest.mark.parametrize("mark", read_fixture("page_error_words.toml")["marks"])
def test_every_mark_of_a_framework_is_recognised(mark: str) -> None:
    """Other text next to the mark makes no difference."""
    assert flaw_of(view(f"We are sorry, please try again.\n{mark}"))


@pytest.mark.parametrize(
    ("text", "word"),
    [
        ("Your bank is not connected. Reason: undefined", "undefined"),
        ("Your bank is not connected (null).", "null"),
        ("Your bank is not connected.\nNaN\nTry again later.", "NaN"),
        ("Your bank is not connected: [object Object]. Try again later.", "[object Object]"),
    ],
)
def test_a_word_of_a_script_is_a_flaw(text: str, word: str) -> None:
    """A value was missing, or was not a text."""
    assert flaw_of(view(text)) == f'shows "{word}" in place of words'


@pytest.mark.parametrize(
    "text",
    [
        "An undefined error has occurred. Try again later.",
        "Your consent is null and void. Try again later.",
        "Your bank is not connected. Reason: nullified consent",
    ],
)
def test_the_same_word_in_a_sentence_is_lawful(text: str) -> None:
    """It is an English word too."""
    assert flaw_of(view(text)) == ""


def test_a_server_error_without_a_page_is_recognised() -> None:
    """The page that Chromium shows instead is not the app's."""
    shown = view("HTTP ERROR 500", url="chrome-error://chromewebdata/", problem="the browser was sent to another origin")
    failed = msgspec.structs.replace(shown, status=500)

    assert (is_readable(failed), flaw_of(failed)) == (True, "responded 500 without any text")
    assert is_readable(shown) is False


def test_words_about_this_moment_are_words_about_syncing() -> None:
    """Every word that is wrong after the sync is recognised before it."""
    words = read_fixture("syncing_words.toml")

    assert set(words["now"]) <= set(words["words"])
