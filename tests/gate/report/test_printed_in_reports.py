"""Every report shows the app's output next to the findings of a scenario."""

import io
from collections.abc import Callable

import msgspec
import pytest
from rich.console import Console

from fiskil_harness.gate.judgement import GateResult
from fiskil_harness.gate.report import html, junit, markdown, terminal
from fiskil_harness.gate.report import json as json_report
from fiskil_harness.gate.report.text import PrintedLines
from fiskil_harness.probes.evidence import Printed

TRACE = ("Traceback (most recent call last):", '  File "sync.py", line 7, in sync', '    row["id"]', "KeyError: <b>'id'")
PRINTED = Printed(
    scenario="webhook_repeated",
    exception=TRACE[-1],
    traceback=TRACE,
    last_lines=("INFO sync began", "KeyError  [stack trace]"),
    notes=("output: 1.0 GB, of which only the last 131.1 kB were read",),
)


@pytest.fixture
def printing(result: GateResult) -> GateResult:
    """Return a result with the same output in a failed and in an INCONCLUSIVE scenario."""
    other = msgspec.structs.replace(PRINTED, scenario="reset_mid_body")
    return msgspec.structs.replace(result, printed=(PRINTED, other))


def on_terminal(whole: GateResult) -> str:
    console = Console(width=80, file=io.StringIO(), record=True)
    terminal.show(whole, console)
    return console.export_text()


@pytest.mark.parametrize("render", [on_terminal, html.render, json_report.render, markdown.render, junit.render])
def test_a_report_shows_the_exception_the_stack_trace_the_last_lines_and_the_notes(
    printing: GateResult, render: Callable[[GateResult], str]
) -> None:
    text = render(printing)
    for part in ("KeyError: ", "line 7, in sync", "INFO sync began", "only the last 131.1 kB"):
        assert part in text


def test_the_exception_is_next_to_the_observation(printing: GateResult) -> None:
    lines = on_terminal(printing).splitlines()
    number = next(number for number, line in enumerate(lines) if line.startswith("      exception "))
    assert lines[number] == "      exception KeyError: <b>'id'  (in the app's output)"
    assert "applies_once" in "".join(lines[number - 2 : number])


def test_a_repeated_stack_trace_is_shown_once(printing: GateResult) -> None:
    text = on_terminal(printing)
    assert text.count("line 7, in sync") == 1
    assert "traceback the same as in webhook_repeated" in text


def test_output_cannot_become_html(printing: GateResult) -> None:
    assert "KeyError: <b>" not in html.render(printing)


def test_long_lines_are_cut_into_pieces() -> None:
    long = Printed(scenario="x", last_lines=("y" * 200,))
    lines = PrintedLines((long,)).lines("x", 80)
    assert "".join(line.strip() for line in lines[1:]) == "y" * 200
    assert max(map(len, lines)) == 80
