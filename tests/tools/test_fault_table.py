"""The page ``docs/faults.md``: current, and complete."""

from fiskil_harness.faults import FAULTS
from fiskil_harness.faults.catalogue import CatalogueEntry, entries
from tests.paths import DOCS
from tools.fault_table import cause, page

PAGE = DOCS / "faults.md"


def test_the_page_is_current() -> None:
    """The page equals what ``make docs`` generates."""
    assert PAGE.read_text(encoding="utf-8") == page()


def test_every_entry_and_every_fault_has_a_row() -> None:
    """Every entry and every fault has a row, and every entry a cause or a reason in its third column."""
    rows = [line.replace("\\|", "/").split(" | ") for line in page().splitlines() if line.startswith("| ")]
    by_first_cell = {row[0].removeprefix("| "): row for row in rows}

    assert set(entries()) <= set(by_first_cell)
    assert [name for name in entries() if not by_first_cell[name][2].strip()] == []
    assert [name for name in FAULTS if not [text for text in by_first_cell if text.strip("`").split()[0] == name]] == []


def test_the_cause_of_an_entry_names_everything() -> None:
    """Expressions come first, then other causes, and the reason last."""
    entry = CatalogueEntry(
        id="N-A",
        family="network",
        happens="It breaks.",
        client="waits",
        expressions=("*: stall",),
        steps=("advance", "sync"),
        people=("rosa",),
        reason="Nearly.",
    )

    assert cause(entry) == "`*: stall`<br>steps `advance`, `sync`<br>person `rosa`<br>Nearly."
