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


def test_the_remaining_time_follows_the_app_at_hand() -> None:
    """An app that takes ten times as long as the reference app takes as much longer for the rest."""
    progress = Progress([LONG, "idle_app"], watch=lambda: lambda: 10 * costs.cost_s(LONG))
    before = progress.lines()
    progress.began(LONG)
    progress.ended(LONG, "PASS")

    left_s = 10 * costs.cost_s("idle_app")
    assert costs.cost_s(LONG) > 5
    assert before[0].count("left") == 0
    assert progress.lines()[0].endswith(f", about {left_s // 60:.0f} min {left_s % 60:.0f} s left")


def test_scenarios_without_their_hooks_do_not_count_for_the_remaining_time() -> None:
    """They take no time, so they neither shorten nor lengthen the estimate."""
    progress = Progress([LONG, "skipped"], instant=[LONG], watch=stopped)
    progress.began(LONG)
    progress.ended(LONG, "INCONCLUSIVE")

    assert "left" not in progress.lines()[0]


def test_lines_have_at_most_80_columns() -> None:
    """Long names are cut, and only some of many workers are shown."""
    names = [f"{'n' * 90}{number}" for number in range(20)]
    progress = Progress(names, workers=20, watch=stopped)
    for name in names:
        progress.began(name)

    lines = progress.lines()

    assert max(map(len, lines)) == 80
    assert lines[-1] == "  and 12 more"


def test_a_pipe_gets_a_line_for_each_scenario_that_did_not_pass(capsys: pytest.CaptureFixture[str]) -> None:
    """The line has the count and the verdict, on standard error."""
    with Progress(["a", "b", "c"]) as progress:
        progress.began("a")
        progress.ended("a", "PASS")
        progress.ended("b", "FAIL")
        progress.ended("c", "INCONCLUSIVE")

    assert capsys.readouterr() == ("", "[2/3] b FAIL\n[3/3] c INCONCLUSIVE\n")


def test_a_notice_is_printed_at_once(capsys: pytest.CaptureFixture[str]) -> None:
    """It has at most 80 columns, and no markup."""
    with Progress(["a"]) as progress:
        progress.noticed("The app [bold]is[/bold] busy, " + "very " * 20)

    lines = capsys.readouterr().err.splitlines()
    assert lines[0].startswith("The app [bold]is[/bold] busy, very")
    assert max(map(len, lines)) <= 80


def test_skipped_scenarios_are_one_line_for_each_reason(capsys: pytest.CaptureFixture[str]) -> None:
    """They count as done."""
    with Progress(["a", "b", "c"]) as progress:
        progress.skipped(["a", "b"], "in x, nothing happened.")
        progress.ended("c", "FAIL")

    assert capsys.readouterr().err == "2 of 3 scenarios are skipped: in x, nothing happened.\n[3/3] c FAIL\n"
