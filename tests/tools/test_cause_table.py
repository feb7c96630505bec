"""The page "My gate says INCONCLUSIVE" lists every cause of the table, with its remedy."""

from fiskil_harness.gate.inconclusive_causes import causes
from tests.paths import DOCS
from tools.cause_table import page

PAGE = DOCS / "inconclusive.md"


def test_the_page_is_current() -> None:
    """``make docs`` writes the page again."""
    assert PAGE.read_text(encoding="utf-8") == page()


def test_the_page_contains_every_cause() -> None:
    """Each cause has a heading, its remedy, and its line."""
    text = page()

    assert [cause.id for cause in causes().values() if f"`{cause.id}`\n" not in text or cause.remedy not in text] == []
    assert [cause.line for cause in causes().values() if cause.line not in text] == []
