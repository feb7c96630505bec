"""What a baseline says, in every report: what is worse and better, and where the two did not ask the same."""

from xml.etree import ElementTree as ET

import pytest
from msgspec.structs import replace
from rich.console import Console

from fiskil_harness.gate.judgement import Comparison, Difference, GateResult
from fiskil_harness.gate.report import html, junit, markdown, terminal
from fiskil_harness.probes import Verdict

WORSE = Difference(
    what="webhooks.idempotent",
    before="proven",
    now="violated: applies_once in webhook_repeated",
    weight=Verdict.FAIL,
)
DOUBTFUL = Difference(what="webhooks.retries", before="attested", now="not proven: <none>", weight=Verdict.INCONCLUSIVE)
MENDED = Difference(what="loses_nothing in webhook_burst", before="FAIL", now="PASS", weight=Verdict.PASS)
FOUND = Comparison(
    baseline="old.json",
    worse=(WORSE, DOUBTFUL),
    better=(MENDED,),
    same=46,
    caveats=("The config is not the one of the baseline.",),
)


@pytest.fixture
def compared(result: GateResult) -> GateResult:
    """A result that was held against a baseline."""
    judged = replace(result.result, is_fast=True, left_out=("idle_app", "happy_path"), remarks=("A fast gate: of 3.",))
    return replace(result, result=judged, comparison=FOUND)


def shown(result: GateResult) -> str:
    """What the terminal gets, in a pipe of 80 columns."""
    console = Console(width=80, record=True, soft_wrap=True)
    terminal.show(result, console)
    return console.export_text()


def test_the_terminal_shows_it_before_the_decision(compared: GateResult) -> None:
    """Worse first; what a fast gate left out is counted in a remark, not listed."""
    lines = shown(compared).splitlines()

    first = lines.index("Against old.json: 2 worse, 1 better, 46 the same.")
    assert lines[first + 1].startswith("  worse  webhooks.idempotent: proven, now violated")
    assert "  better loses_nothing in webhook_burst: FAIL, now PASS" in lines
    assert "  The config is not the one of the baseline." in lines
    assert "A fast gate: of 3." in lines[first:]
    assert "idle_app" not in "\n".join(lines)
    assert max(map(len, lines)) <= 80


def test_markdown_lists_it_and_what_was_left_out(compared: GateResult) -> None:
    """On top, for whoever reads a pull request; all scenarios that did not run stand below."""
    text = markdown.render(compared)

    assert text.index("**Against old.json: 2 worse, 1 better, 46 the same.**") < text.index("| standing |")
    assert "- worse: webhooks.retries: attested, now not proven: &lt;none>" in text
    assert "- idle_app\n- happy_path\n" in text


def test_the_page_shows_it_and_escapes_it(compared: GateResult) -> None:
    """Whatever findings say."""
    page = html.render(compared)

    assert "Against old.json: 2 worse, 1 better, 46 the same." in page
    assert "now not proven: &lt;none&gt;" in page
    assert "<dd>idle_app</dd>" in page


def test_junit_fails_what_is_worse(compared: GateResult) -> None:
    """A violation is a failure, what is no more proven an error; what is better is no test."""
    suite = ET.fromstring(junit.render(compared)).find("testsuite[@name='fiskil-harness.baseline']")  # noqa: S314 - our own words

    assert suite is not None
    assert [(element.get("name"), element[0].tag) for element in suite.findall("testcase")] == [
        ("webhooks.idempotent", "failure"),
        ("webhooks.retries", "error"),
    ]


def test_nothing_worse_is_one_line(result: GateResult) -> None:
    """And the colour of the end is that of what it comes to."""
    same = replace(result, comparison=Comparison(baseline="old.json", same=49))

    assert "Nothing is worse than in old.json: 0 better, 49 the same." in shown(same).splitlines()
    assert same.exit_code == 0
