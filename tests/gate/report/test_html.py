"""The report as a page: whole in itself, well built, and with everything that a reader needs to act."""

import re
from collections import Counter
from html.parser import HTMLParser
from itertools import pairwise

import msgspec

from fiskil_harness.gate.judgement import GateResult
from fiskil_harness.gate.report import html
from fiskil_harness.probes import Verdict
from fiskil_harness.probes.evidence import Beat, Sending
from tests.gate.report.failures import bug

VOID = {"meta", "br", "wbr", "link"}


class Outline(HTMLParser):
    """What the page is built of; a tag that closes another than the open one is a fault."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.words: list[str] = []
        self.faults: list[str] = []
        self._open: list[str] = []
        self.feed(page)
        self.faults += self._open

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Keep it."""
        self.tags.append((tag, dict(attrs)))
        self._open += [tag] if tag not in VOID else []

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Keep it; it is closed already."""
        self.tags.append((tag, dict(attrs)))

    def handle_endtag(self, tag: str) -> None:
        """Close the open one."""
        self.faults += [] if self._open and self._open.pop() == tag else [f"</{tag}>"]

    def handle_data(self, data: str) -> None:
        """Keep what is read."""
        self.words += [] if self._open and self._open[-1] == "style" else [data]

    @property
    def text(self) -> str:
        """Everything that is read, with single blanks."""
        return " ".join(" ".join(self.words).split())

    def values(self, name: str) -> list[str]:
        """Every value of an attribute."""
        return [str(attributes[name]) for _, attributes in self.tags if name in attributes]


def test_the_page_is_whole_in_itself(shown: GateResult) -> None:
    """It loads nothing, runs nothing and leads nowhere but to itself."""
    page = html.render(shown)
    outline = Outline(page)

    assert {tag for tag, _ in outline.tags} & {"script", "link", "img", "iframe", "object", "form"} == set()
    assert [text for text in outline.values("href") if not text.startswith(("#", "data:image/png;base64,"))] == []
    assert not re.search(r"url\(|@import|javascript:| on\w+=", page)
    assert "default-src 'none'; style-src 'unsafe-inline'; img-src data:" in outline.values("content")


def test_the_page_is_well_built(shown: GateResult) -> None:
    """Tags close, ids are unique, labels and links lead somewhere, headings skip no level and one is the first."""
    outline = Outline(html.render(shown))

    ids = outline.values("id")
    levels = [int(tag[1]) for tag, _ in outline.tags if re.fullmatch(r"h\d", tag)]
    assert outline.faults == []
    assert [text for text, count in Counter(ids).items() if count > 1] == []
    assert set(outline.values("aria-labelledby")) <= set(ids)
    assert {text[1:] for text in outline.values("href") if text.startswith("#")} <= set(ids)
    assert levels.count(1) == 1
    assert all(later <= earlier + 1 for earlier, later in pairwise(levels))


def test_the_decision_comes_first_with_how_to_run_it_again(sick: GateResult) -> None:
    """The sentence of every report, the seed, and the command."""
    text = Outline(html.render(sick)).text

    assert "The gate stays shut: 1 practice violated; 1 of 3 required not proven." in text
    assert "1 of 3 known bugs there" in text
    assert "fiskil-harness gate --seed 42" in text


def test_a_known_bug_is_shown_with_what_was_seen_and_what_mends_it(sick: GateResult) -> None:
    """The picture, the difference, the lines for a shell, the fix in one sentence, and the command."""
    outline = Outline(html.render(sick))

    assert (
        "there Bug 26: the receiver does wrong 26 saw 26 (applies_once in webhook_repeated) Fix: claim it once"
        in outline.text
    )
    assert "Sent e1 attempt 1 (consent.received), answered 204. The app is killed. E1 applied 2 times." in outline.text
    assert '@@ -1 +1 @@ - "e1": 1 + "e1": 2' in outline.text
    assert "curl '<1>'" in outline.text
    assert "3 more deliveries are not shown." in outline.text
    assert "2 more" in outline.text
    assert "Run it again fiskil-harness run webhook_repeated --seed 42" in outline.text


def test_what_a_bug_shows_the_finding_does_not_show_again(sick: GateResult) -> None:
    """One picture is enough; without the bug the finding has it."""
    healthy = msgspec.structs.replace(sick, result=msgspec.structs.replace(sick.result, bugs=()))

    assert html.render(sick).count('class="sequence"') == 1
    assert html.render(healthy).count('class="sequence"') == 1
    assert "Known bugs" not in html.render(healthy)


def test_every_bug_stands_under_its_section_with_its_verdict_in_words(sick: GateResult) -> None:
    """Those that could not be told say why and what is lacking."""
    text = Outline(html.render(sick)).text

    assert "Known bugs of webhook receivers: 1 there, 1 not there, 1 not told" in text
    assert "Authentication: 0 there, 1 not there, 0 not told not there 1. does wrong 1 saw 1" in text
    assert "not told 45. does wrong 45 saw 45 (lacks app.drive.fail)" in text


def test_cases_of_a_bug_are_shown_up_to_three(sick: GateResult) -> None:
    """And of cases that are another bug's, none."""
    (exhibit,) = sick.excerpts
    cases = tuple(msgspec.structs.replace(exhibit, case=name) for name in ("a", "b", "c", "d", "e"))
    bugs = (bug(2, Verdict.FAIL, scenario="webhook_repeated", probe="applies_once", cases=("b", "c", "d", "e")),)
    whole = msgspec.structs.replace(sick, result=msgspec.structs.replace(sick.result, bugs=bugs), excerpts=(exhibit, *cases))

    shown = re.findall(r"What happened: (\w)", html.render(whole))

    assert shown == ["b", "c", "d"]


def test_what_an_earlier_bug_shows_is_not_shown_again(sick: GateResult) -> None:
    """Two bugs that one finding convicts share a picture, and the second leads to it."""
    bugs = tuple(bug(row, Verdict.FAIL, scenario="webhook_repeated", probe="applies_once") for row in (19, 26))

    page = html.render(msgspec.structs.replace(sick, result=msgspec.structs.replace(sick.result, bugs=bugs)))

    assert page.count('class="sequence"') == 1
    assert "What happened is shown at bug 19 ." in Outline(page).text


def test_every_practice_and_every_missing_hook_is_there(sick: GateResult) -> None:
    """49 practices in words, and the hooks that would prove more."""
    text = Outline(html.render(sick)).text

    assert all(status.practice in text and status.title in text for status in sick.result.statuses)
    assert "app.drive.start_session" in text


def test_words_of_the_app_cannot_become_part_of_the_page(sick: GateResult) -> None:
    """Whatever an app answers is text."""
    evil = '<script>alert(1)</script>"><img src=x>'
    (exhibit,) = sick.excerpts
    beats = (Beat(what="delivery", text=evil, note=evil, response=evil),)
    changed = msgspec.structs.replace(exhibit, beats=beats, changes=(evil,), sendings=(Sending(text=evil, command=evil),))
    bugs = (msgspec.structs.replace(sick.result.bugs[1], observed=evil, fix=evil),)
    whole = msgspec.structs.replace(sick, result=msgspec.structs.replace(sick.result, bugs=bugs), excerpts=(changed,))

    outline = Outline(html.render(whole))

    assert {tag for tag, _ in outline.tags} & {"script", "img"} == set()
    assert outline.faults == []
    assert outline.text.count("<script>alert(1)</script>") >= 6


def test_a_run_that_was_cut_short_says_so(interrupted: GateResult) -> None:
    """The decision is the first heading."""
    assert "Interrupted: what did not run is not proven." in Outline(html.render(interrupted)).text


def test_the_manager_reads_one_sentence(shown: GateResult) -> None:
    """Under the decision stands what it means for a release, and the bar says in words what it shows."""
    outline = Outline(html.render(shown))

    assert "The app should not go live yet. It does not keep: " in outline.text
    assert "1 attested by people, 47 not proven, 1 violated" in outline.values("aria-label")


def test_a_story_is_drawn_plotted_and_told_call_by_call(shown: GateResult) -> None:
    """The same happenings as a sequence, over time, and as requests and answers that unfold; the fault is named."""
    page = html.render(shown)
    text = Outline(page).text

    assert page.count('<svg class="story"') == 2
    assert page.count('<svg class="plot"') == 3
    assert "Step 3: sync transactions" in text
    assert "GET /v1/banking/transactions no answer 500 ms bitten: ResetPeer(after_bytes=20)" in text
    assert "again, after 2 200 OK 125 ms" in text
    assert '200 OK { "count": 3 }' in text
    assert "7 more happenings are not shown" in text


def test_what_failed_lies_open_and_what_passed_is_folded(shown: GateResult) -> None:
    """A reader sees at once what is to be mended, and finds all the rest."""
    page = html.render(shown)

    failed, _, passed = page.partition('id="scenarios"')
    assert "<details open><summary>Sequence of 3 steps" in failed
    assert '<details class="one" id="scenario-webhook_lost_acknowledgement">' in passed
    assert "<details open><summary>Sequence" not in passed


def test_a_picture_is_in_the_page_once_and_has_words(shown: GateResult) -> None:
    """However often it is shown; who cannot see it reads which page it is of."""
    outline = Outline(html.render(shown))

    (image,) = (attributes for tag, attributes in outline.tags if tag == "image")
    assert str(image["href"]).startswith("data:image/png;base64,iVBOR")
    assert outline.values("aria-label").count("The page connections, plain, at 360 pixels, for rosa.") == 2


def test_a_picture_that_is_lacking_says_why(shown: GateResult) -> None:
    """One that shows a secret is not taken."""
    lacking = msgspec.structs.replace(shown.pictures[0], png="", digest="", problem="it shows a secret")

    text = Outline(html.render(msgspec.structs.replace(shown, pictures=(lacking,)))).text

    assert "No picture of the page connections (plain, 360 px): it shows a secret." in text


def test_times_of_acknowledgements_are_counted_over_the_run(shown: GateResult) -> None:
    """Both stories together."""
    outline = Outline(html.render(shown))

    assert "12 acknowledgements by how long they took. up to 10 ms: 8, up to 100 ms: 4." in outline.values("aria-label")


def test_the_record_is_in_the_page(shown: GateResult) -> None:
    """Seed, version and digests lead from a printed page to the run."""
    text = Outline(html.render(shown)).text

    assert all(each_text in text for each_text in (shown.digests.evidence, shown.digests.config, shown.digests.seal))


def test_words_of_an_exchange_cannot_become_part_of_the_page(shown: GateResult) -> None:
    """Whatever stands in a story or names a page is text."""
    evil = '<script>alert(1)</script>"><img src=x>'
    (first, *_) = shown.stories
    words = dict.fromkeys(("text", "note", "answer", "route", "request", "response"), evil)
    happenings = tuple(msgspec.structs.replace(happening, **words, bites=(evil,)) for happening in first.happenings)
    story = msgspec.structs.replace(first, steps=(evil,) * 3, happenings=happenings)
    look = msgspec.structs.replace(shown.pictures[0].viewpoints[0], page=evil, participant=evil, moment=evil)
    pictures = (msgspec.structs.replace(shown.pictures[0], viewpoints=(look,)),)

    outline = Outline(html.render(msgspec.structs.replace(shown, stories=(story,), pictures=pictures)))

    assert {tag for tag, _ in outline.tags} & {"script", "img"} == set()
    assert outline.faults == []


def test_an_app_that_has_not_come_to_rest_is_told_of_below_the_decision(result: GateResult) -> None:
    """No finding names another scenario, so here the reader learns where it began."""
    note = "the app has been busy since happy_path, e0 consent.received"
    measured = (msgspec.structs.replace(result.measured[0], notes=(note,)),)

    page = Outline(html.render(msgspec.structs.replace(result, measured=measured)))

    assert f"T{note[1:]}; 1 later scenario met it so." in page.text
    assert page.faults == []
