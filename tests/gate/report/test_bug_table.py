"""The page about known bugs is current and complete, and explains why a bug has no probe."""

from msgspec.structs import replace

from fiskil_harness.gate.receiver_bugs import SECTIONS, Bug, Witness, bugs, section_of
from fiskil_harness.gate.report.bug_table import detected_by, page
from tests.paths import DOCS

PAGE = DOCS / "receiver-bugs.md"


def test_the_page_is_current() -> None:
    """``make docs`` writes the page again."""
    assert PAGE.read_text(encoding="utf-8") == page()


def test_every_bug_has_a_row_under_its_section() -> None:
    """The page has 58 rows in five sections."""
    rows = [line for line in page().splitlines() if line.startswith("| ") and line.split("|")[1].strip().isdigit()]

    assert [int(line.split("|")[1]) for line in rows] == list(range(1, 59))
    assert [sum(section_of(bug.row) == title for bug in bugs().values()) for title in SECTIONS] == [18, 7, 10, 9, 14]


def test_each_probe_of_a_bug_is_listed_once() -> None:
    """Without a probe, the reason is shown; bugs that are tested only on request are marked."""
    witness = Witness(scenario="s", probe="p", cases=("a",))
    bug = Bug(row=1, id="b", title="t", fix="f")

    assert detected_by(bug) == "no probe yet"
    assert detected_by(replace(bug, reason="no experiment can detect it")) == "no experiment can detect it"
    assert detected_by(replace(bug, witness=(witness, witness))) == "p in s"
    assert detected_by(replace(bug, witness=(witness,), opt_in=True)) == "only on request: p in s"
