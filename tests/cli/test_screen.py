"""Progress: live lines on a terminal, and plain lines in a pipe."""

from collections.abc import Callable

import pytest

from fiskil_harness.cli.screen import Progress
from fiskil_harness.scenario import costs

LONG = "life_plans_generated"


def stopped() -> Callable[[], float]:
    """Return a stopwatch that always returns 0."""
    return lambda: 0.0


def test_each_worker_has_a_line() -> None:
    """The next scenario takes the first free line."""
    progress = Progress(["a", "b", "c"], workers=2, watch=stopped)
    progress.began("a")
    progress.began("b")
    progress.ended("a", "PASS")
    progress.began("c")

    assert progress.lines() == ["1 of 3 done, 0 failed, 0 s", "  1  c  0 s", "  2  b  0 s"]


def test_failed_scenarios_are_named() -> None:
    """The last three are shown."""
    progress = Progress([f"s{number}" for number in range(5)], watch=stopped)
    for number in range(5):
        progress.ended(f"s{number}", "FAIL")

    assert progress.lines() == ["5 of 5 done, 5 failed, 0 s", "  finishing ...", "  failed: s2, s3, s4 ..."]


def test_the_remaining_time_is_shown_after_a_while() -> None:
    """It is estimated from the table of costs and the speed so far."""
    progress = Progress([LONG, "idle_app"], watch=stopped)
    before = progress.lines()
    progress.ended(LONG, "PASS")

    assert costs.cost_s(LONG) > 5
    assert before == ["0 of 2 done, 0 failed, 0 s", "  starting the app ..."]
    assert progress.lines()[0] == "1 of 2 done, 0 failed, 0 s, about 0 s left"


def test_lines_have_at_most_80_columns() -> None:
    """Long names are cut, and only some of many workers are shown."""
    names = [f"{'n' * 90}{number}" for number in range(20)]
    progress = Progress(names, workers=20, watch=stopped)
    for name in names:
        progress.began(name)

    lines = progress.lines()

    assert max(map(len, lines)) == 80
    assert lines[-1] == "  and 12 more"


def test_a_pipe_gets_a_line_for_each_scenario(capsys: pytest.CaptureFixture[str]) -> None:
    """The line has the count and the verdict, on standard error."""
    with Progress(["a", "b"]) as progress:
        progress.began("a")
        progress.ended("a", "PASS")
        progress.ended("b", "FAIL")

    assert capsys.readouterr() == ("", "[1/2] a PASS\n[2/2] b FAIL\n")
