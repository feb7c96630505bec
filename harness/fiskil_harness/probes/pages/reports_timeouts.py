"""Is the end user told, by the app's own deadline, that what they wait for did not come?"""

from typing import ClassVar

from fiskil_harness.core.config.hooks import PAGES
from fiskil_harness.core.model.findings import Case, Finding, Verdict
from fiskil_harness.journal import Journal, Pressed, Shown
from fiskil_harness.journal.queries.page_messages import doubt_about, flaw_of, gist, is_seen, news, says_something, sentences
from fiskil_harness.journal.queries.waits import STALLED, WAITING, held, limits_of, look_before, looks_after, presses
from fiskil_harness.probes.probe import PlainProbe

SLACK_S = 1.0
EARLY_S = 0.5
"""What showed so long before the app hung up was about the wait."""

FIRST_S = 2.0
LIMIT = "app.limits.request_deadline_s"


class SaysItGaveUp(PlainProbe, frozen=True, kw_only=True, tag="says_it_gave_up"):
    """Where an answer of the API never ends, the page says so in words by ``request_deadline_s``.

    A page that goes on showing progress, or is as it was before, has told nobody anything. Nobody is held to a deadline
    that the config does not promise.
    """

    needs: ClassVar[tuple[str, ...]] = (PAGES,)
    expected: ClassVar[str] = "a page that says in words that it did not work, by the request deadline"
    source: ClassVar[str] = "errors.timeout"
    fix: ClassVar[str] = "bound what a person waits for by one deadline, and answer with a page that says what to do next"

    def examine(self, journal: Journal) -> Finding:
        """Look at what each press came to."""
        limits = limits_of(journal)
        if limits is None or not journal.all(Shown):
            return self.cannot_tell("nobody saw a page", hook=PAGES)
        is_promised = "request_deadline_s" not in limits.assumed
        cases = tuple(
            _case(journal, one, deadline_s=limits.request_deadline_s + SLACK_S, is_promised=is_promised)
            for one in presses(journal)
        )
        if not cases:
            return self.cannot_tell("nothing was pressed")
        bad = [one for one in cases if one.verdict is Verdict.FAIL]
        if bad:
            evidence = tuple(f"{one.name}: {one.seen}" for one in bad)
            return self.fails(bad[0].seen, evidence=evidence, examined=len(cases), cases=cases)
        doubtful = [one for one in cases if one.verdict is Verdict.INCONCLUSIVE]
        if doubtful:
            hook = "" if is_promised else LIMIT
            return self.cannot_tell(doubtful[0].seen, hook=hook if doubtful[0].seen == _UNPROMISED else "", cases=cases)
        return self.holds("whoever waited was told in words", examined=len(cases), cases=cases)


_UNPROMISED = "the page said nothing for long, but no deadline was promised"


def _case(journal: Journal, press: Pressed, *, deadline_s: float, is_promised: bool) -> Case:
    looks = looks_after(journal, press, STALLED)
    name = looks[-1].cause if looks else press.page
    unseen = _why_unseen(journal, press, looks)
    if unseen:
        return _doubt(name, unseen)
    last, before = looks[-1], look_before(journal, press)
    flaw = flaw_of(last)
    if flaw:
        return Case(name=name, verdict=Verdict.FAIL, seen=f"when the app gave up, the page {flaw}")
    known = [one for one in (before, *_meanwhile(journal, press, last)) if one is not None and is_seen(one)]
    if last.after_s > deadline_s:
        return _late(name, known, last, is_promised=is_promised)
    told = _news(known, last)
    doubt = doubt_about(last, told="\n".join(told)) if told else "says nothing new yet"
    if doubt:
        return _doubt(name, f"when the app gave up, the page {doubt}")
    return Case(name=name, verdict=Verdict.PASS, seen="said in words")


def _why_unseen(journal: Journal, press: Pressed, looks: list[Shown]) -> str:
    """Why nobody knows what the press came to; empty where somebody does."""
    if press.lack or not looks:
        return f"nobody saw what came of the press: {press.lack or 'no look was taken'}"
    if not held(journal, press):
        return "no call of the app was held up after the press"
    return "" if is_seen(looks[-1]) else f"the page was not seen: {looks[-1].lack or 'there was no answer'}"


def _meanwhile(journal: Journal, press: Pressed, last: Shown) -> list[Shown]:
    """What the page said while the app was still at it, by when it hung up; of an app that never did, what it said first."""
    looks = looks_after(journal, press, WAITING)
    ends = [one.ended_s for one in held(journal, press) if one.ended_s <= last.at_s]
    if not ends:
        return [one for one in looks if one.after_s <= FIRST_S]
    return [one for one in looks if one.at_s <= max(ends) - EARLY_S]


def _late(name: str, known: list[Shown], last: Shown, *, is_promised: bool) -> Case:
    if not is_promised:
        return _doubt(name, _UNPROMISED)
    if says_something("\n".join(_news(known, last))):
        return _doubt(name, "the page said it late, as far as could be measured")
    is_as_before = any(gist(one) == gist(last) for one in known)
    if not is_as_before or last.veils:
        return _doubt(name, "the page said too little by the request deadline to tell")
    return Case(name=name, verdict=Verdict.FAIL, seen="the page had not said by the request deadline that it did not work")


def _news(known: list[Shown], last: Shown) -> tuple[str, ...]:
    """What the page says that it said neither before the press nor while the app was still at it."""
    fresh = sentences(last.text)
    for one in known:
        fresh = tuple(told for told in fresh if told in news(one, last))
    return fresh


def _doubt(name: str, seen: str) -> Case:
    return Case(name=name, verdict=Verdict.INCONCLUSIVE, seen=seen)
