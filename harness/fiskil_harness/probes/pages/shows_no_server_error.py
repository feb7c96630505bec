"""Does the end user see a page made for people, however the journey ended?"""

import re
from typing import ClassVar

from fiskil_harness.core.config.hooks import START_SESSION
from fiskil_harness.core.model.findings import Finding
from fiskil_harness.journal import HookCall, Journal, Visit
from fiskil_harness.journal.queries.api_calls import began_s, calls
from fiskil_harness.probes.probe import PlainProbe

TRACES = (
    b"Traceback (most recent call last)",
    b"Werkzeug Debugger",
    b"Fatal error: Uncaught",
    b"goroutine 1 [running]",
    b"Exception in thread ",
)
URIS = {"callback": "redirect_uri", "cancelled": "cancel_uri"}
MESSAGE = "message"
JS_TRACE = re.compile(rb"\n\s+at \S+ \(\S+:\d+:\d+\)")
JAVA_TRACE = re.compile(rb"\n\s+at [\w.$]+\([\w.]+\.java:\d+\)")


class ShowsNoServerError(PlainProbe, frozen=True, kw_only=True, tag="shows_no_server_error"):
    """Every page that the end user is sent to is no server error, no stack trace, no bare JSON and not blank.

    Hooks are for machines: they may answer 502 to 504 (and, as advice only, 500) when the API itself fails. What a page that
    embeds the consent page passes on is answered as well.
    """

    expected: ClassVar[str] = "a page that says what happened and what to do next"
    source: ClassVar[str] = "journey.error-redirect"
    fix: ClassVar[str] = "answer redirect_uri and cancel_uri with a page for every error_type, known or not"

    def examine(self, journal: Journal) -> Finding:
        """Look at every page and at every hook answer."""
        visits, hooks = journal.all(Visit), journal.all(HookCall)
        advice: list[str] = []
        for visit in visits:
            trouble = _trouble_of(visit)
            if trouble:
                return self.fails(f"the {visit.page} page {trouble}", evidence=(_line(visit),), examined=len(visits))
        for hook in hooks:
            if hook.status is None and hook.hook == MESSAGE and not _api_failed(journal, hook):
                return self.fails(
                    f"{hook.hook} was not answered", evidence=(f"{hook.hook}: no answer",), examined=len(visits)
                )
            if hook.status is None or hook.status < 500:
                continue
            if not _api_failed(journal, hook):
                seen = f"{hook.hook} answered {hook.status} though the API was well"
                return self.fails(seen, evidence=(f"{hook.hook}: {hook.status}",), examined=len(visits) + len(hooks))
            if hook.status == 500:
                advice.append(f"{hook.hook} answered 500 when the API failed; 502 or 503 says whose fault it is")
        heard = [hook for hook in hooks if hook.hook == MESSAGE]
        if not visits and not heard:
            return self.inconclusive("the end user was sent to no page of the app", hook=START_SESSION)
        unseen = [visit for visit in visits if visit.status is not None and _shows_nothing(visit.status)]
        if unseen:
            return self.inconclusive(_why_unseen(unseen[0]))
        return self.passes(
            _in_words(len(visits), len(heard)), examined=len(visits) + len(heard), advice=tuple(dict.fromkeys(advice))
        )


def _in_words(visits: int, heard: int) -> str:
    pages = f"{visits} pages were made for people" if visits else ""
    told = f"{heard} messages of the consent page were answered" if heard else ""
    return ", and ".join(text for text in (pages, told) if text)


def _trouble_of(visit: Visit) -> str:
    """What is wrong with a page, in words; nothing where it is fine."""
    if visit.status is None:
        return "does not answer"
    if any(mark in visit.body for mark in TRACES) or JS_TRACE.search(visit.body) or JAVA_TRACE.search(visit.body):
        return "shows a stack trace"
    if visit.status >= 500:
        return f"answered {visit.status}"
    if _shows_nothing(visit.status):
        return ""
    if visit.content_type.endswith("json"):
        return "shows bare JSON"
    return "" if _has_something(visit.body) else "is blank"


def _why_unseen(visit: Visit) -> str:
    if visit.is_elsewhere:
        return f"{URIS[visit.page]} leads to another origin than the app's"
    return f"the {visit.page} page is not shown by the app: it answered {visit.status}"


def _shows_nothing(status: int) -> bool:
    """Whether the end user's browser was sent elsewhere, out of our sight, or stays where it was."""
    return status == 204 or 300 <= status < 400


def _has_something(body: bytes) -> bool:
    """Whether a person sees something: text outside tags, a picture, or a script that may draw it."""
    lower = body.lower()
    if any(tag in lower for tag in (b"<script", b"<img", b"<svg", b"<iframe", b"http-equiv")):
        return True
    visible = re.sub(rb"<(style|title|head)\b.*?</\1>|<[^>]*>", b"", lower, flags=re.DOTALL)
    return bool(visible.strip())


def _api_failed(journal: Journal, hook: HookCall) -> bool:
    """Whether a call that the app made while it was asked did not end well."""
    begin_s = began_s(hook)
    return any(
        (call.bites or call.status is None or call.status >= 400) and call.ended_s >= begin_s and call.at_s <= hook.at_s
        for call in calls(journal)
    )


def _line(visit: Visit) -> str:
    return f"{visit.page}: {visit.status if visit.status is not None else 'no answer'}"
