"""The catalogue of faults for a reader: current, and no entry without an answer."""

from fiskil_harness.faults import FAULTS
from fiskil_harness.faults.catalogue import CatalogueEntry, entries
from tests.paths import DOCS
from tools.fault_table import answer, page

PAGE = DOCS / "faults.md"


def test_the_page_is_current() -> None:
    """Renew it with ``make docs``."""
    assert PAGE.read_text(encoding="utf-8") == page()


def test_every_entry_and_every_fault_has_a_row() -> None:
    """None without an answer in its third column."""
    rows = [line.replace("\\|", "/").split(" | ") for line in page().splitlines() if line.startswith("| ")]
    told = {row[0].removeprefix("| "): row for row in rows}

    assert set(entries()) <= set(told)
    assert [name for name in entries() if not told[name][2].strip()] == []
    assert [name for name in FAULTS if not [text for text in told if text.strip("`").split()[0] == name]] == []


def test_an_answer_names_all_that_brings_it_about() -> None:
    """Expressions first, then what else there is, and the reason last."""
    one = CatalogueEntry(
        id="N-A",
        family="network",
        happens="It breaks.",
        client="waits",
        expressions=("*: stall",),
        steps=("advance", "sync"),
        people=("rosa",),
        reason="Nearly.",
    )

    assert answer(one) == "`*: stall`<br>steps `advance`, `sync`<br>person `rosa`<br>Nearly."
