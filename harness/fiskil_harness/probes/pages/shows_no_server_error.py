"""Does the app show a page for people after every end of a journey?"""

import re
from collections.abc import Iterator

import msgspec

from fiskil_harness.core.config.hooks import START_SESSION
from fiskil_harness.journal import ApiServedOverTls, Bite, HookCall, Journal, Key, PageView, ProcessChanged, Visit
from fiskil_harness.journal.queries.api_calls import began_s, calls, calls_beside
from fiskil_harness.probes.probe import Finding, Probe

TRACES = (
    b"Traceback (most recent call last)",
    b"Werkzeug Debugger",
    b"Fatal error: Uncaught",
    b"goroutine 1 [running]",
    b"Exception in thread ",
)
FIX_FOR_HOOKS = "find the error of this request in the app's output, and handle it where it is raised"
URIS = {"callback": "redirect_uri", "cancelled": "cancel_uri"}
MESSAGE = "message"
UNAVAILABLE = frozenset({502, 503, 504})
"""Statuses with which an app reports that it cannot use the API now, or not for so many requests at once."""
GOALS = {"start_session": "auth_session", "revoke": "consents.revoke"}
"""The route that a hook must call, by name of the hook."""
ELSEWHERE = "to another origin"
"""Part of the problem of a view that shows a page of another program."""
DATA = ("banking.", "energy.")
"""Beginnings of the routes that a refresh calls."""
BREAKER = "a circuit breaker may still be open since an earlier scenario"
_TRACE_LINE = re.compile(
    rb"\n[^\S\n]+at \S+ \(\S+:\d+:\d+\)|\n[^\S\n]+at [\w.$]+\([\w.]+\.java:\d+\)| at \S+\.p[lm] line \d+\b"
)
"""A line of a stack trace of JavaScript, Java or Perl."""

_HIDDEN = re.compile(rb"<(style|title|head)\b")


class ShowsNoServerError(Probe, frozen=True, kw_only=True, tag="shows_no_server_error"):
    """Check that no page to which the end user is redirected is a server error, a stack trace, bare JSON or blank.

    Hooks must not respond with a server error either, unless the API failed; a 500 then gives advice. An app may also
    respond 502, 503 or 504 while it serves other requests. If it makes fewer API calls than usual before such a response,
    nothing is proven. A stack trace is never accepted, because a hook is a request of a person too.
    If the app embeds the consent page, it must also respond to the messages that its page forwards. A page that is opened in
    Chromium must not be a server error before anything went wrong.
    """

    is_general = True
    expected = "a page that states what happened and what to do next"
    source = "journey.error-redirect"
    fix = "show a page at redirect_uri and cancel_uri for every error_type, known or unknown"

    def examine(self, journal: Journal) -> Finding:
        """Judge every page and every hook response."""
        visits, hooks = journal.all(Visit), journal.all(HookCall)
        advice: list[str] = []
        for visit in visits:
            problem = _problem_of(visit)
            if problem:
                line = f"{visit.page}: {visit.status if visit.status is not None else 'no response'}"
                return self.fails(f"the {visit.page} page {problem}", evidence=(line,))
        for hook in hooks:
            problem = _problem_of_hook(journal, hook)
            if problem:
                status = "no response" if hook.status is None else hook.status
                finding = self.fails(problem, evidence=(f"{hook.hook}: {status}",))
                return msgspec.structs.replace(finding, fix=FIX_FOR_HOOKS)
            if hook.status == 500:
                advice.append(f"{hook.hook} responded 500 when the API failed; 502 or 503 shows that the API is the cause")
        broken = [view for view in journal.all(PageView) if _is_broken(journal, view)]
        if broken:
            observed = f"the {broken[0].page} page responded {broken[0].status} although the API was healthy"
            lines = tuple(dict.fromkeys(f"{view.page}: {view.status}" for view in broken))
            return msgspec.structs.replace(self.fails(observed, evidence=lines), fix=FIX_FOR_HOOKS)
        return self._without_failures(journal, advice)

    def _without_failures(self, journal: Journal, advice: list[str]) -> Finding:
        """Return the PASS, or INCONCLUSIVE if no page was shown or something was not observed."""
        visits, hooks = journal.all(Visit), journal.all(HookCall)
        refused = [hook for hook in hooks if _is_refused_early(journal, hook)]
        if refused:
            return self.inconclusive(f"{refused[0].hook} responded {refused[0].status} before it made all calls: {BREAKER}")
        messages = [hook for hook in hooks if hook.hook == MESSAGE]
        if not visits and not messages:
            return self.inconclusive("the end user was not redirected to any page of the app", hook=START_SESSION)
        unobserved = [visit for visit in visits if visit.status is not None and _shows_nothing(visit.status)]
        if unobserved:
            return self.inconclusive(_why_unobserved(unobserved[0]))
        return self.passes(
            _in_words(len(visits), len(messages)), examined=len(visits) + len(messages), advice=tuple(dict.fromkeys(advice))
        )


def _in_words(visits: int, messages: int) -> str:
    pages = f"the app showed {visits} pages for people" if visits else ""
    responses = f"the app responded to {messages} messages of the consent page" if messages else ""
    return ", and ".join(text for text in (pages, responses) if text)


def _problem_of(visit: Visit) -> str:
    """Return the problem with a page as the end of a sentence, or '' if there is none."""
    if visit.status is None:
        return "did not respond"
    if _has_stack_trace(visit.body):
        return "shows a stack trace"
    if visit.status >= 500:
        return f"responded {visit.status}"
    if _shows_nothing(visit.status):
        return ""
    if visit.content_type.endswith("json"):
        return "shows bare JSON"
    return "" if _has_something(visit.body) else "is blank"


def _has_stack_trace(body: bytes) -> bool:
    return any(mark in body for mark in TRACES) or _TRACE_LINE.search(body) is not None


def _problem_of_hook(journal: Journal, hook: HookCall) -> str:
    """Return the problem with a hook's response, or '' if there is none."""
    if hook.status is None:
        is_problem = hook.hook == MESSAGE and not _api_failed(journal, hook)
        return f"the app did not respond to {hook.hook}" if is_problem else ""
    if hook.status < 500:
        return ""
    if _has_stack_trace(hook.body):
        return f"{hook.hook} responded with a stack trace"
    if _api_failed(journal, hook) or (hook.status in UNAVAILABLE and _api_failed_before(journal, hook)):
        return ""
    if (hook.status in UNAVAILABLE and _was_busy(journal, hook)) or _is_refused_early(journal, hook):
        return ""
    health = "no API call failed meanwhile" if _api_failed_before(journal, hook) else "the API was healthy"
    return f"{hook.hook} responded {hook.status} although {health}"


def _is_broken(journal: Journal, view: PageView) -> bool:
    """Return True if a page that was opened in Chromium is a server error, and nothing can have gone wrong before it.

    After a failed call, a fault, a kill or a requested failure, an app may lack what the page shows.
    """
    if view.status is None or view.status < 500 or view.status in UNAVAILABLE or ELSEWHERE in view.problem:
        return False
    disturbances = (
        *journal.all(Bite),
        *journal.all(ApiServedOverTls),
        *journal.all(Key),
        *(started for started in journal.all(ProcessChanged) if started.is_kill),
        *(hook for hook in journal.all(HookCall) if hook.is_failure_request),
        *(call for call in calls(journal) if call.bites or call.status is None or call.status >= 400),
    )
    return not any(entry.at_s <= view.at_s for entry in disturbances)


def _why_unobserved(visit: Visit) -> str:
    if visit.is_elsewhere:
        return f"{URIS[visit.page]} leads to another origin than the app's"
    return f"the app does not show the {visit.page} page: it responded {visit.status}"


def _shows_nothing(status: int) -> bool:
    """Return True for a status without a page: a redirect, whose target is not observed, or 204."""
    return status == 204 or 300 <= status < 400


def _has_something(body: bytes) -> bool:
    """Return True if the page has text outside tags, a picture, or a script that may show something."""
    lower = body.lower()
    if any(tag in lower for tag in (b"<script", b"<img", b"<svg", b"<iframe", b"http-equiv")):
        return True
    return any(text.strip() for text in _outside_tags(lower))


def _outside_tags(page: bytes) -> Iterator[bytes]:
    """Yield the texts of *page*, in lower case, that are in no tag, style, title or head. A tag without an end is text."""
    at = 0
    unclosed: set[bytes] = set()
    while (begin := page.find(b"<", at)) >= 0:
        yield page[at:begin]
        element = _HIDDEN.match(page, begin)
        closing = b"</%b>" % element[1] if element else b">"
        end = page.find(closing, begin) if closing not in unclosed else -1
        if end < 0 and element:
            unclosed.add(closing)
            closing, end = b">", page.find(b">", begin)
        if end < 0:
            at = begin
            break
        at = end + len(closing)
    yield page[at:]


def _api_failed_before(journal: Journal, hook: HookCall) -> bool:
    """Return True if an API call failed earlier. A correct app may make no call for some time after that."""
    return any(call.status is None or call.status >= 400 for call in calls(journal) if call.ended_s <= hook.at_s)


def _is_refused_early(journal: Journal, hook: HookCall) -> bool:
    """Return True if the app reports that it cannot use the API before all its calls, and no failed call shows why."""
    return (
        hook.hook != MESSAGE
        and hook.status in UNAVAILABLE
        and _skips_calls(journal, hook)
        and not _api_failed(journal, hook)
        and not _api_failed_before(journal, hook)
        and not _was_busy(journal, hook)
    )


def _skips_calls(journal: Journal, hook: HookCall) -> bool:
    """Return True if the app called less during the hook call than the hook needs: no data, or less than at other times."""
    made = {call.route for call in calls_beside(journal, hook)}
    if hook.hook in GOALS:
        return GOALS[hook.hook] not in made
    data = {call.route for call in calls(journal) if call.route.startswith(DATA)}
    return not made & data or bool(data - made)


def _was_busy(journal: Journal, hook: HookCall) -> bool:
    """Return True if another hook call was in progress at the same time."""
    return any(
        began_s(other) < hook.at_s and began_s(hook) < other.at_s for other in journal.all(HookCall) if other is not hook
    )


def _api_failed(journal: Journal, hook: HookCall) -> bool:
    """Return True if an API call or a connection to the API failed, or was affected by a fault, during the hook call.

    From a step on that served the API over TLS, every call may have failed in its handshake, which leaves no call.
    """
    return (
        any(served.step <= hook.step for served in journal.all(ApiServedOverTls))
        or any(began_s(hook) <= bite.at_s <= hook.at_s for bite in journal.all(Bite))
        or any(call.bites or call.status is None or call.status >= 400 for call in calls_beside(journal, hook))
    )
