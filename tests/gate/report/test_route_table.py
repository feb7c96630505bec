"""The table of routes in reports: one row for each route and moment, one column for each kind of fault."""

import msgspec
import pytest

from fiskil_harness.gate.judgement import GateResult
from fiskil_harness.gate.report import html, markdown
from fiskil_harness.gate.report.text import coverage_lines
from fiskil_harness.probes.route_coverage import RouteCoverage

ROW = RouteCoverage(
    route="token",
    moment="background",
    met=("fails", "stalls", "drips", "breaks-off", "rate-limited"),
    missing=("refused",),
)


@pytest.fixture
def with_routes(result: GateResult) -> GateResult:
    """Return a report about one route."""
    return msgspec.structs.replace(result, routes=(ROW,))


def test_a_line_counts_what_occurred_and_names_what_is_missing(with_routes: GateResult) -> None:
    """The terminal shows this line; without routes there is none."""
    lines = coverage_lines(with_routes)

    assert lines[-1] == "faults on routes: 5 exercised, not exercised: token refused in the background"
    assert not any(
        line.startswith("faults on routes") for line in coverage_lines(msgspec.structs.replace(with_routes, routes=()))
    )


def test_markdown_has_a_table(with_routes: GateResult) -> None:
    """A dash stands for a fault that the route cannot meet."""
    text = markdown.render(with_routes)

    assert "| route | moment | fails | stalls | drips | breaks-off | refused | rate-limited | expired-token |" in text
    assert "| token | background | yes | yes | yes | yes | missing | yes | - |" in text


def test_html_has_a_table(with_routes: GateResult) -> None:
    """The header of each row is the route."""
    text = html.render(with_routes)

    assert '<tr><th scope="row">token</th><td>background</td><td>yes</td>' in text
