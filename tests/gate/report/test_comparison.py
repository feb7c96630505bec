"""The comparison with a baseline in every report format: what is worse, what is better, and caveats."""

from xml.etree import ElementTree as ET

import pytest
from msgspec.structs import replace
from rich.console import Console

from fiskil_harness.gate.judgement import Comparison, Decision, Difference, GateResult
from fiskil_harness.gate.report import html, junit, markdown, terminal
from fiskil_harness.probes import Verdict

WORSE = Difference(
    subject="webhooks.idempotent",
    before="proven",
    now="violated: applies_once in webhook_repeated",
    weight=Verdict.FAIL,
)
NOT_PROVEN = Difference(subject="webhooks.retries", before="attested", now="not proven: <none>", weight=Verdict.INCONCLUSIVE)
FIXED = Difference(subject="loses_nothing in webhook_burst", before="FAIL", now="PASS", weight=Verdict.PASS)
COMPARISON = Comparison(
    baseline="old.json",
    worse=(WORSE, NOT_PROVEN),
    better=(FIXED,),
    same=46,
    caveats=("The baseline has a different config.",),
)


@pytest.fixture
def compared(result: GateResult) -> GateResult:
    """Return a result with a comparison."""
    judged = replace(result.result, is_fast=True, left_out=("idle_app", "happy_path"), remarks=("A fast gate: of 3.",))
    return replace(result, result=judged, comparison=COMPARISON)


def text_of(result: GateResult) -> str:
    """Return the terminal report in a pipe of 80 columns."""
    console = Console(width=80, record=True, soft_wrap=True)
    terminal.show(result, console)
    return console.export_text()


def test_the_terminal_shows_it_before_the_decision(compared: GateResult) -> None:
    """Regressions come first; scenarios that a fast gate left out are not listed."""
    lines = text_of(compared).splitlines()

    first = lines.index("Compared with old.json: 2 worse, 1 better, 46 the same.")
    assert lines[first + 1].startswith("  worse  webhooks.idempotent: proven, now violated")
    assert "  better loses_nothing in webhook_burst: FAIL, now PASS" in lines
    assert "  The baseline has a different config." in lines
    assert "A fast gate: of 3." in lines[first:]
    assert "idle_app" not in "\n".join(lines)
    assert max(len(line) for line in lines if "{ request" not in line) <= 80


def test_markdown_lists_it_and_what_was_left_out(compared: GateResult) -> None:
    """The comparison is at the top, and the scenarios that did not run are at the bottom."""
    text = markdown.render(compared)

    assert text.index("**Compared with old.json: 2 worse, 1 better, 46 the same.**") < text.index("| status |")
    assert "- worse: webhooks.retries: attested, now not proven: &#60;none&#62;" in text
    assert "- idle_app\n- happy_path\n" in text


def test_the_page_shows_it_and_escapes_it(compared: GateResult) -> None:
    """Text of findings cannot become markup."""
    page = html.render(compared)

    assert "Compared with old.json: 2 worse, 1 better, 46 the same." in page
    assert "now not proven: &lt;none&gt;" in page
    assert "<dd>idle_app</dd>" in page


def test_junit_fails_what_is_worse(compared: GateResult) -> None:
    """A violation is a failure, a practice that is no longer proven an error; what is better is no test case."""
    suite = ET.fromstring(junit.render(compared)).find("testsuite[@name='fiskil-harness.baseline']")  # noqa: S314 - trusted input

    assert suite is not None
    assert [(element.get("name"), element[0].tag) for element in suite.findall("testcase")] == [
        ("webhooks.idempotent", "failure"),
        ("webhooks.retries", "error"),
    ]


def test_nothing_worse_is_one_line(result: GateResult) -> None:
    """The exit code is then 0."""
    same = replace(result, comparison=Comparison(baseline="old.json", same=49))

    assert "Nothing is worse than in old.json: 0 better, 49 the same." in text_of(same).splitlines()
    assert same.exit_code == 0


def test_every_report_lists_a_looser_config(result: GateResult) -> None:
    """The summary on the terminal shows all of its changes, and does not only say that the gate is open."""
    names = [f"config: app.limits.limit{number}_s" for number in range(9)]
    worse = tuple(Difference(subject=name, before="1", now="2", weight=Verdict.INCONCLUSIVE) for name in names)
    judged = replace(result.result, decision=Decision.OPEN)
    loose = replace(result, result=judged, comparison=Comparison(baseline="old.json", worse=worse))
    console = Console(width=80, record=True, soft_wrap=True)

    terminal.show_summary(loose, console)
    summary = console.export_text()
    texts = [summary, text_of(loose), markdown.render(loose), html.render(loose), junit.render(loose)]

    assert "but it is worse than old.json: 9 differences." in " ".join(summary.split())
    assert "Compared with old.json: 9 worse (9 in the config), 0 better" in " ".join(summary.split())
    assert not any("may go live" in text for text in texts)
    assert [[name for name in names if name not in text] for text in texts] == [[]] * 5
