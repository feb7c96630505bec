"""The HTML report: self-contained, valid, and with everything needed to act on a failure."""

import base64
import hashlib
import re
from collections import Counter
from html.parser import HTMLParser
from itertools import pairwise

import msgspec

from fiskil_harness.gate.inconclusive_causes import CauseGroup, Question
from fiskil_harness.gate.judgement import AppIdentity, GateResult
from fiskil_harness.gate.report import html
from fiskil_harness.probes import Verdict
from fiskil_harness.probes.evidence import ExcerptLine, ShellCommand
from fiskil_harness.runner.worker import STILL_BUSY_SINCE
from tests.gate.report.failures import bug
from tests.gate.report.pages import nodes_of, script_of, shown_at_once, stories_in, text_of
from tests.gate.report.sample_story import picture

VOID = {"meta", "br", "wbr", "link", "input"}


class Outline(HTMLParser):
    """The tags and texts of a page without scripts; ``faults`` are tags that are closed in the wrong order."""

    def __init__(self, page: str) -> None:
        super().__init__()
        page = shown_at_once(page)
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.words: list[str] = []
        self.faults: list[str] = []
        self._open: list[str] = []
        self.feed(page)
        self.faults += self._open

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Record the tag, and remember that it is open."""
        self.tags.append((tag, dict(attrs)))
        self._open += [tag] if tag not in VOID else []

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Record the tag, which closes itself."""
        self.tags.append((tag, dict(attrs)))

    def handle_endtag(self, tag: str) -> None:
        """Close the innermost open tag."""
        self.faults += [] if self._open and self._open.pop() == tag else [f"</{tag}>"]

    def handle_data(self, data: str) -> None:
        """Record the text, except styles."""
        self.words += [] if self._open and self._open[-1] == "style" else [data]

    @property
    def text(self) -> str:
        """The text of the page, with single spaces."""
        return " ".join(" ".join(self.words).split())

    def values(self, name: str) -> list[str]:
        """Return every value of an attribute."""
        return [str(attributes[name]) for _, attributes in self.tags if name in attributes]


def test_the_page_is_self_contained(complete: GateResult) -> None:
    """It loads nothing, runs only its own script, and has only internal links."""
    page = html.render(complete)
    outline = Outline(page)

    assert {tag for tag, _ in outline.tags} & {"script", "link", "img", "iframe", "object", "form"} == set()
    assert [text for text in outline.values("href") if not text.startswith(("#", "data:image/png;base64,"))] == []
    assert not re.search(r"url\(|@import|javascript:| on\w+=", shown_at_once(page))
    digest = base64.b64encode(hashlib.sha256(script_of(page).encode()).digest()).decode()
    (policy,) = (text for text in outline.values("content") if text.startswith("default-src 'none'"))
    assert policy.partition("script-src ")[2].partition(";")[0] == f"'sha256-{digest}'"
    assert not re.search(r"innerHTML|outerHTML|insertAdjacent|document\.write|eval\(|Function\(|fetch\(", script_of(page))


def test_the_page_is_valid(complete: GateResult) -> None:
    """Tags close, ids are unique, labels and links have targets, and headings skip no level."""
    outline = Outline(html.render(complete))

    ids = outline.values("id")
    levels = [int(tag[1]) for tag, _ in outline.tags if re.fullmatch(r"h\d", tag)]
    assert outline.faults == []
    assert [text for text, count in Counter(ids).items() if count > 1] == []
    assert set(outline.values("aria-labelledby")) <= set(ids)
    assert {text[1:] for text in outline.values("href") if text.startswith("#")} <= set(ids)
    assert levels.count(1) == 1
    assert all(later <= earlier + 1 for earlier, later in pairwise(levels))


def test_the_page_contains_the_decision_and_the_command(with_bug: GateResult) -> None:
    """The decision is the same sentence as in other formats; the command repeats the run."""
    text = Outline(html.render(with_bug)).text

    assert "The gate stays shut: 1 practice violated; 1 of 3 required not proven." in text
    assert "1 of 3 known bugs found" in text
    assert "fiskil-harness gate --seed 42" in text


def test_a_known_bug_is_shown_with_its_excerpt_and_fix(with_bug: GateResult) -> None:
    """The excerpt has a diagram, a diff and shell commands; the fix and the command to repeat the run follow."""
    outline = Outline(html.render(with_bug))

    assert (
        "found Bug 26: the receiver does wrong 26 saw 26 (applies_once in webhook_ repeated ) Fix: claim it once"
        in outline.text
    )
    assert "Sent e1 attempt 1 (consent.received), response: 204. The app is killed. E1 applied 2 times." in outline.text
    assert '@@ -1 +1 @@ - "e1": 1 + "e1": 2' in outline.text
    assert "curl '<1>'" in outline.text
    assert "3 more deliveries are not shown." in outline.text
    assert "2 more" in outline.text
    assert "Run it again fiskil-harness run webhook_repeated --seed 42" in outline.text


def test_an_excerpt_is_shown_once(with_bug: GateResult) -> None:
    """The bug shows it; without the bug the finding does."""
    healthy = msgspec.structs.replace(with_bug, result=msgspec.structs.replace(with_bug.result, bugs=()))

    assert html.render(with_bug).count('class="sequence"') == 1
    assert html.render(healthy).count('class="sequence"') == 1
    assert "Known bugs" not in html.render(healthy)


def test_every_bug_is_listed_with_its_result(with_bug: GateResult) -> None:
    """An unknown bug has the reason and the missing hook."""
    text = Outline(html.render(with_bug)).text

    assert "Known bugs of webhook receivers: 1 found, 1 not found, 1 unknown" in text
    assert "Authentication: 0 found, 1 not found, 0 unknown not found 1. does wrong 1 saw 1" in text
    assert "unknown 45. does wrong 45 saw 45 (missing: app.drive.fail)" in text


def test_up_to_three_cases_of_a_bug_are_shown(with_bug: GateResult) -> None:
    """Cases of other bugs are not shown."""
    (excerpt,) = with_bug.excerpts
    cases = tuple(msgspec.structs.replace(excerpt, case=name) for name in ("a", "b", "c", "d", "e"))
    bugs = (bug(2, Verdict.FAIL, scenario="webhook_repeated", probe="applies_once", cases=("b", "c", "d", "e")),)
    judgement = msgspec.structs.replace(with_bug.result, bugs=bugs)
    whole = msgspec.structs.replace(with_bug, result=judgement, excerpts=(excerpt, *cases))

    shown = re.findall(r"What happened: (\w)", html.render(whole))

    assert shown == ["b", "c", "d"]


def test_two_bugs_of_one_finding_share_an_excerpt(with_bug: GateResult) -> None:
    """The second bug links to the first one, which shows it."""
    bugs = tuple(bug(row, Verdict.FAIL, scenario="webhook_repeated", probe="applies_once") for row in (19, 26))

    page = html.render(msgspec.structs.replace(with_bug, result=msgspec.structs.replace(with_bug.result, bugs=bugs)))

    assert page.count('class="sequence"') == 1
    assert "The deliveries are shown under bug 19 ." in Outline(page).text


def test_every_practice_and_every_missing_hook_is_listed(with_bug: GateResult) -> None:
    """The page contains the 49 practices with their titles, and the missing hooks."""
    text = Outline(html.render(with_bug)).text

    assert all(status.practice in text and status.title in text for status in with_bug.result.statuses)
    assert "app.drive.start_session" in text


def test_text_of_the_app_is_escaped(with_bug: GateResult) -> None:
    """Nothing that an app returns can become markup."""
    evil = '<script>alert(1)</script>"><img src=x>'
    (excerpt,) = with_bug.excerpts
    beats = (ExcerptLine(kind="delivery", text=evil, note=evil, response=evil),)
    changed = msgspec.structs.replace(
        excerpt, beats=beats, changes=(evil,), commands=(ShellCommand(text=evil, command=evil),)
    )
    bugs = (msgspec.structs.replace(with_bug.result.bugs[1], observed=evil, fix=evil),)
    judgement = msgspec.structs.replace(with_bug.result, bugs=bugs)
    whole = msgspec.structs.replace(with_bug, result=judgement, excerpts=(changed,))

    outline = Outline(html.render(whole))

    assert {tag for tag, _ in outline.tags} & {"script", "img"} == set()
    assert outline.faults == []
    assert outline.text.count("<script>alert(1)</script>") >= 6


def test_an_interrupted_run_is_reported(interrupted: GateResult) -> None:
    """The decision is the first heading."""
    assert "Interrupted: what did not run is not proven." in Outline(html.render(interrupted)).text


def test_the_decision_is_explained_in_one_sentence(complete: GateResult) -> None:
    """The sentence states what it means for a release; the bar has a text for screen readers."""
    outline = Outline(html.render(complete))

    assert "The app should not go live yet. It violates: " in outline.text
    assert "1 attested by people, 47 not proven, 1 violated" in outline.values("aria-label")


def test_a_story_has_two_diagrams_and_a_list(complete: GateResult) -> None:
    """A sequence diagram, a timeline, and a list of requests and responses; the fault is named."""
    trees = stories_in(html.render(complete))
    failed, passed = trees["webhook_repeated"], trees["webhook_lost_acknowledgement"]
    text = text_of(failed)

    drawings = [[node[1].get("class") for node in nodes_of(tree) if node[0] == "svg"] for tree in (failed, passed)]
    assert drawings == [["story", "plot"], ["story"]]
    assert "Step 3: sync transactions" in text
    assert "GET /v1/banking/transactions no response 500 ms fault: ResetPeer(after_bytes=20)" in text
    assert "retry of 2 200 OK 125 ms" in text
    assert '200 OK { "count": 3 }' in text
    assert "7 more entries are not shown" in text


def test_every_scenario_is_listed_once(complete: GateResult) -> None:
    """The failed ones come first, and each has a place for its story."""
    page = shown_at_once(html.render(complete))

    names = re.findall(r'<details class="scenario" id="scenario-([\w-]+)"', page)
    assert sorted(names) == sorted(outcome.scenario for outcome in complete.result.scenarios)
    assert names[0] == "webhook_repeated"
    assert re.findall(r'<div data-story="(\w+)"', page) == ["webhook_repeated", "webhook_lost_acknowledgement"]


def test_the_app_is_named_with_version_and_commit(complete: GateResult) -> None:
    """They say what was tested."""
    app = AppIdentity(name="shop", version="1.4.2", commit="0123456789ab-dirty")
    named = msgspec.structs.replace(complete, run=msgspec.structs.replace(complete.run, app=app))

    assert "app shop 1.4.2, commit 0123456789ab-dirty seed" in Outline(html.render(named)).text


def test_inconclusive_results_are_grouped_by_cause(complete: GateResult) -> None:
    """A cause has its count, its remedy and the line that cures it; the questions are folded."""
    questions = tuple(Question(scenario="webhook_repeated", probe=f"probe_{number}") for number in range(40))
    group = CauseGroup(
        cause="app.observe.effects",
        title="the config does not set app.observe.effects",
        remedy="Report it.",
        table="[app.observe]",
        line='effects = "GET /effects"',
        questions=questions,
    )
    page = html.render(msgspec.structs.replace(complete, result=msgspec.structs.replace(complete.result, causes=(group,))))

    assert (
        "40 questions the config does not set app.observe.effects What helps: Report it. "
        '[app.observe] effects = "GET /effects" The questions probe_0'
    ) in Outline(page).text


def test_a_failure_of_many_scenarios_is_one_article(complete: GateResult) -> None:
    """It shows the clearest finding, and links the other scenarios."""
    (failed,) = [outcome for outcome in complete.result.scenarios if outcome.verdict is Verdict.FAIL]
    copies = tuple(msgspec.structs.replace(failed, scenario=f"copy_{number}") for number in range(3))
    judgement = msgspec.structs.replace(complete.result, scenarios=(*complete.result.scenarios, *copies), bugs=())

    outline = Outline(html.render(msgspec.structs.replace(complete, result=judgement)))

    assert outline.values("id").count("failure-applies_once") == 1
    assert "Also in copy_ 0 , copy_ 1 , copy_ 2 ." in outline.text


def test_a_picture_is_stored_once(complete: GateResult) -> None:
    """It may be shown several times, each time with a text for screen readers."""
    outline = Outline(html.render(complete))

    (image,) = (attributes for tag, attributes in outline.tags if tag == "image")
    assert str(image["href"]).startswith("data:image/png;base64,iVBOR")
    assert outline.values("aria-label").count("The page connections, plain, at 360 pixels, for rosa.") == 2


def test_pictures_of_failed_scenarios_are_kept_before_others(complete: GateResult) -> None:
    """All of them are on the page; others are left out if there is no room, and the page says so."""
    verdicts = {outcome.verdict: outcome.scenario for outcome in complete.result.scenarios}
    names = {Verdict.FAIL: "callback", Verdict.PASS: "connections"}
    large = tuple(
        msgspec.structs.replace(picture(verdicts[verdict], page), digest=f"{number}" * 64, size_bytes=900_000)
        for number, (verdict, page) in enumerate(names.items())
    )

    outline = Outline(html.render(msgspec.structs.replace(complete, pictures=large)))

    assert [attributes["id"] for tag, attributes in outline.tags if tag == "image"] == [f"png-{'0' * 16}"]
    assert "No picture of the page connections (plain, 360 px): there was no room for it in the report." in outline.text


def test_a_missing_picture_has_a_reason(complete: GateResult) -> None:
    """For example, no picture is taken of a page that shows a secret."""
    missing = msgspec.structs.replace(complete.pictures[0], png="", digest="", problem="it shows a secret")

    text = Outline(html.render(msgspec.structs.replace(complete, pictures=(missing,)))).text

    assert "No picture of the page connections (plain, 360 px): it shows a secret." in text


def test_acknowledgements_are_counted_by_duration(complete: GateResult) -> None:
    """The chart covers all stories of the run."""
    outline = Outline(html.render(complete))

    assert "12 acknowledgements by duration. up to 10 ms: 8, up to 100 ms: 4." in outline.values("aria-label")


def test_the_page_contains_the_digests(complete: GateResult) -> None:
    """They identify the run on a printed page."""
    text = Outline(html.render(complete)).text

    assert complete.sha256 in text


def test_text_of_an_exchange_is_escaped(complete: GateResult) -> None:
    """Nothing in a story or in the name of a page can become markup."""
    evil = '<script>alert(1)</script>"><img src=x>'
    (first, *_) = complete.stories
    fields = dict.fromkeys(("text", "note", "result", "route", "request", "response"), evil)
    entries = tuple(msgspec.structs.replace(entry, **fields, bites=(evil,)) for entry in first.entries)
    story = msgspec.structs.replace(first, steps=(evil,) * 3, entries=entries)
    look = msgspec.structs.replace(complete.pictures[0].viewpoints[0], page=evil, participant=evil, moment=evil)
    pictures = (msgspec.structs.replace(complete.pictures[0], viewpoints=(look,)),)

    page = html.render(msgspec.structs.replace(complete, stories=(story,), pictures=pictures))
    outline = Outline(page)

    assert {tag for tag, _ in outline.tags} & {"script", "img"} == set()
    assert outline.faults == []
    (tree,) = stories_in(page).values()
    assert {node[0] for node in nodes_of(tree)} & {"script", "img"} == set()
    assert text_of(tree).count(evil) >= 6


def test_an_app_that_stays_busy_is_reported_below_the_decision(result: GateResult) -> None:
    """The line names the scenario after which the app stayed busy; no finding does."""
    note = f"{STILL_BUSY_SINCE}happy_path, e0 consent.received"
    measured = (msgspec.structs.replace(result.measured[0], notes=(note,)),)

    page = Outline(html.render(msgspec.structs.replace(result, measured=measured)))

    assert f"T{note[1:]}; 1 later scenario began in that state." in page.text
    assert page.faults == []
