"""looks: what a page says to a person, sentence by sentence."""

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


def look(text: str, **more: object) -> PageView:
    """A look at a page that says *text*."""
    return PageView(participant="", page="p", status=200, text=text, **more)


def test_sentences_are_lines_and_what_ends_with_a_stop() -> None:
    """Each once, spaces made one."""
    told = "Your  bank\nIt is late. Please wait!\nYour bank"

    assert sentences(told) == ("Your bank", "It is late.", "Please wait!")


def test_news_are_what_was_not_there_before() -> None:
    """Another number is none."""
    assert new_text(look("Home\n3 new messages"), look("Home\n4 new messages\nIt failed.")) == ("It failed.",)


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("One two three", False),
        ("One two three four", True),
        ("AUTH_SESSION_CANCELLED is it", False),
        ("连接银行没有成功了", True),
    ],
)
def test_a_sentence_has_four_words(text: str, says: bool) -> None:
    """Codes are no words; scripts without spaces are counted by letters."""
    assert has_sentence(text) is says


def test_the_gist_leaves_references_out() -> None:
    """They differ each time."""
    assert gist(look("It failed. Reference 7f3a91.")) == gist(look("It failed. Reference 81bc02."))


@pytest.mark.parametrize(
    ("text", "is_there"), [("We'll e-mail you", True), ("We\u2019ll e-mail you", True), ("Wellness", False)]
)
def test_words_are_found_where_a_word_begins(text: str, is_there: bool) -> None:
    """Whatever the apostrophe."""
    assert mentions(text, ("we'll",)) is is_there


@pytest.mark.parametrize(("lack", "seen"), [("", True), ("the page was not there within 4 s", False)])
def test_a_page_that_lacks_something_was_not_seen(problem: str, seen: bool) -> None:
    """Nothing to see is never a pass."""
    assert is_readable(look("Words", problem=problem)) is seen


@pytest.mark.parametrize("whole", read_fixture("page_error_words.toml")["whole"])
def test_every_page_on_the_list_is_known(whole: str) -> None:
    """With the status before it, in capitals, and said twice."""
    assert flaw_of(look(f"500 | {whole.upper()}.")) == "is a framework's own error page"


@pytest.mark.parametrize("mark", read_fixture("page_error_words.toml")["marks"])
def test_every_mark_is_known_among_words(mark: str) -> None:
    """Whatever stands beside it."""
    assert flaw_of(look(f"We are sorry, please try again.\n{mark}"))


def test_an_error_without_a_page_is_known_though_the_browser_shows_one() -> None:
    """What Chromium says is not what the app says."""
    shown = look("HTTP ERROR 500", url="chrome-error://chromewebdata/", problem="the browser was sent to another origin")
    failed = msgspec.structs.replace(shown, status=500)

    assert (is_readable(failed), flaw_of(failed)) == (True, "answered 500 without a word")
    assert is_readable(shown) is False


def test_words_about_this_moment_are_words_of_waiting() -> None:
    """What would be wrong afterwards is known before."""
    words = read_fixture("syncing_words.toml")

    assert set(words["now"]) <= set(words["words"])
