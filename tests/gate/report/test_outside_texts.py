"""Reports of texts that come from outside: nothing in them is markup, a control sequence or a foreign address."""

import io
import json
import re
from html.parser import HTMLParser

import msgspec
import pytest

from fiskil_harness.gate.judgement import GateResult
from fiskil_harness.gate.report import html, junit, markdown, terminal
from fiskil_harness.gate.report import json as json_report
from tests.gate.report.pages import shown_at_once, stories_in
from tests.hostile import corpus
from tests.hostile.test_outputs import hidden


@pytest.fixture
def hostile(complete: GateResult) -> GateResult:
    """A report in which every finding and reason has every hostile text."""
    text = " ".join(corpus.ALL)
    result = complete.result
    scenarios = tuple(
        msgspec.structs.replace(
            outcome,
            findings=tuple(msgspec.structs.replace(finding, observed=text, fix=text) for finding in outcome.findings),
        )
        for outcome in result.scenarios
    )
    statuses = tuple(msgspec.structs.replace(status, reason=text) for status in result.statuses)
    judgement = msgspec.structs.replace(result, scenarios=scenarios, statuses=statuses, remarks=(text,))
    return msgspec.structs.replace(complete, result=judgement)


class Tags(HTMLParser):
    """The tags of a page, and whether a script or a foreign address is among them."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.foreign: list[str] = []
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Keep a script and a foreign source."""
        self.foreign += [tag] if tag == "script" or "example.com" in dict(attrs).get("src", "") else []  # type: ignore[operator]


def test_reports_have_no_hidden_characters(hostile: GateResult) -> None:
    """HTML, Markdown and JSON; the page loads nothing and runs nothing."""
    page = html.render(hostile)

    assert hidden(page) == hidden(markdown.render(hostile)) == hidden(json_report.render(hostile)) == []
    assert hidden(junit.render(hostile)) == []
    assert Tags(shown_at_once(page)).foreign == []
    assert hidden(json.dumps(stories_in(page), ensure_ascii=False)) == []
    assert json.loads(json_report.render(hostile))["result"]["remarks"] == [" ".join(corpus.ALL)]


def test_the_terminal_report_has_no_control_sequences(hostile: GateResult) -> None:
    """Only the colours that the harness writes itself."""
    from rich.console import Console

    screen = io.StringIO()
    terminal.show(hostile, Console(file=screen, width=80, force_terminal=True, color_system="standard", highlight=False))

    assert hidden(re.sub(r"\x1b\[[\d;]*m", "", screen.getvalue())) == []
    assert "\x1b[8m" not in screen.getvalue()
