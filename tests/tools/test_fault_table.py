"""The page of faults is current, and states for each entry how to produce it."""

from fiskil_harness.faults import FAULTS
from fiskil_harness.faults.catalogue import CatalogueEntry, entries
from tests.paths import DOCS
from tools.fault_table import how_to_produce, page

PAGE = DOCS / "faults.md"


def test_the_page_is_current() -> None:
    """``make docs`` writes the page again."""
    assert PAGE.read_text(encoding="utf-8") == page()


def test_every_entry_and_every_fault_has_a_row() -> None:
    """Each entry has a row with a third column that is not empty, and each fault has a row."""
    rows = [line.replace("\\|", "/").split(" | ") for line in page().splitlines() if line.startswith("| ")]
    rows_by_id = {row[0].removeprefix("| "): row for row in rows}

    assert set(entries()) <= set(rows_by_id)
    assert [name for name in entries() if not rows_by_id[name][2].strip()] == []
    assert [name for name in FAULTS if not [cell for cell in rows_by_id if cell.strip("`").split()[0] == name]] == []


def test_a_cell_lists_everything_that_produces_an_entry() -> None:
    """Expressions come first, then steps, people, scenarios and probes, and the reason last."""
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

    assert how_to_produce(entry) == "`*: stall`<br>steps `advance`, `sync`<br>person `rosa`<br>Nearly."
