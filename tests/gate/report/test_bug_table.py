"""The catalogue of known bugs for a reader: current, complete, and plain about what nobody sees."""

from fiskil_harness.gate.receiver_bugs import SECTIONS, Bug, Witness, bugs, section_of
from fiskil_harness.gate.report.bug_table import detected_by, page
from tests.paths import DOCS

PAGE = DOCS / "receiver-bugs.md"


def test_the_page_is_current() -> None:
    """Renew it with ``make docs``."""
    assert PAGE.read_text(encoding="utf-8") == page()


def test_every_bug_has_a_row_under_its_section() -> None:
    """58 rows in five parts."""
    rows = [line for line in page().splitlines() if line.startswith("| ") and line.split("|")[1].strip().isdigit()]

    assert [int(line.split("|")[1]) for line in rows] == list(range(1, 59))
    assert [sum(section_of(bug.row) == title for bug in bugs().values()) for title in SECTIONS] == [18, 7, 10, 9, 14]


def test_who_sees_a_bug_is_said_once_and_what_runs_only_when_asked_for_is_marked() -> None:
    """A probe in a scenario, the reason why nobody can, or that nobody does yet."""
    one = Witness(scenario="s", probe="p", cases=("a",))
    bug = Bug(row=1, id="b", title="t", fix="f")

    assert detected_by(bug) == "nobody yet"
    assert detected_by(Bug(row=1, id="b", title="t", fix="f", reason="no experiment can tell")) == "no experiment can tell"
    assert detected_by(Bug(row=1, id="b", title="t", fix="f", witness=(one, one))) == "p in s"
    assert detected_by(Bug(row=1, id="b", title="t", fix="f", witness=(one,), opt_in=True)) == "only when asked for: p in s"
