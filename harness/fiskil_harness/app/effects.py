"""The effects hook: queries the app's report about its work, and waits until the app is idle."""

# Theory of operation
# ===================
# The harness must know when the app has finished its work: only then is a missing effect a finding. The app is a black
# box, so idleness is inferred from the reports of its effects hook and from the API requests that the proxy has open.
# ``wait_until_idle`` queries the hook every 8 to 80 ms. What the app reports decides how sure the result can be:
#
#   pending   the number of unfinished tasks: the app itself states that it is busy or idle.
#   applied   how often each message was processed: shows which acknowledged messages have no effect yet.
#   neither   only an unchanged report suggests an idle app, but an app that waits before a retry has one too.
#
#   last report                                       | idle after                | stuck after
#   --------------------------------------------------|---------------------------|-----------------------------------
#   pending = 0                                       | two equal reports         | -
#   pending > 0                                       | never                     | no change for its patience
#   no pending, an acknowledged message is unapplied  | never                     | no change for its patience, if no
#                                                     |                           | message was applied
#   no pending, no counts, a new acknowledgement      | 3 s without change        | -
#   no pending, disturbed scenario                    | 3 s without change        | -
#   no pending, otherwise                             | 0.25 s without change     | -
#
# An open API request means busy: it restarts all of these times, and so does every change of the report. One change does
# not extend the patience: a larger number of failed attempts. Progress is a change of the counts or of the state, or fewer
# pending tasks. A scenario is disturbed if it sets or lifts a fault, changes keys or tokens, kills the app or makes it
# fail: an app that waits before a retry looks idle. An unapplied message counts only if the app uses its kind of event.
#
# A wait lasts at most 10 s (20 s in a disturbed scenario), and the patience is as long at first. If nothing changed in the
# second half of a wait that reaches its limit, the app is stuck; otherwise it is slow: neither idle nor stuck. Tasks that
# never end would cost the limit in every wait, so ``Backlog`` remembers what a stuck app left unfinished. If exactly as
# many tasks are pending as before, the patience is 2 s, halved after each such wait (at least 0.05 s). With other numbers
# it is the whole limit in two waits, because one slow wait may be chance, and is then halved each time (at least 2 s).
# Progress, and every wait that does not end stuck, restores the whole limit, unless the report cannot show that work
# continues. The last wait of a scenario ignores the scenario's earlier waits, so that its verdict does not depend on their
# number.
#
# The journal keeps the result as ``Effects``. If ``is_idle`` is true, a missing effect is a FAIL. If not, it is
# INCONCLUSIVE, and the reason contains the unprocessed message. One exception: if nothing changed for long (``unchanged_s``)
# and a later message was applied in an undisturbed scenario, the app has lost the message, although it was never idle.

from collections.abc import Callable, Iterable
from typing import Annotated, Any

import msgspec
from msgspec import Struct

from fiskil_harness.app.app_under_test import AppUnderTest
from fiskil_harness.app.backlog import NONE, UNCHANGED_S, Backlog
from fiskil_harness.app.hooks import template_of
from fiskil_harness.app.templates import fill, read_json, select, without
from fiskil_harness.core.clock import stopwatch, wait_until
from fiskil_harness.core.config.hooks import EFFECTS
from fiskil_harness.core.config.placeholders import filled
from fiskil_harness.core.config.template_values import Values
from fiskil_harness.core.net.http_client import HttpReply
from fiskil_harness.errors import HookError

NOT_FOUND = 404
CAP_S = 10.0


Count = Annotated[int, msgspec.Meta(ge=0)]
_NAMES = {
    "int": "a whole number",
    "float": "a fraction",
    "str": "a text",
    "bool": "true or false",
    "object": "an object",
    "array": "a list",
    "null": "null",
}


class EffectsReport(Struct, frozen=True, kw_only=True):
    """One response of the effects hook. A field that the app does not report is None."""

    applied: dict[str, Count] | None = None
    state: Any = None
    pending: Count | None = None
    failed: Count | None = None


REPORT_FIELDS = frozenset(EffectsReport.__struct_fields__)


class EffectsUnknown(EffectsReport, frozen=True, kw_only=True):
    """A response of the effects hook without a report, as for an unknown end user.

    ``response`` describes the request and the response in one phrase.
    """

    response: str


class IdleWait(Struct, frozen=True, kw_only=True):
    """The result of waiting for the app: its last report, and why the wait ended.

    ``is_idle`` is true if the app became idle. ``unchanged_s`` is the time from the last change to the end of the wait, in
    real seconds. ``is_stuck`` is true if work stayed pending for so long without progress that it may never end.
    """

    report: EffectsReport
    is_idle: bool
    unchanged_s: float
    is_stuck: bool = False


def query_effects(app: AppUnderTest, values: Values) -> EffectsReport:
    """Query the effects hook once.

    Args:
        values: Template values of the end user that is queried.

    Raises:
        HookMissing: The config has no effects hook.
        HookError: The hook failed, or its response does not have the documented format.
    """
    return parse_effects(app, app.call(EFFECTS, values))


def parse_effects(app: AppUnderTest, reply: HttpReply) -> EffectsReport:
    """Return the report in a response of the effects hook. Values at the paths in ``app.observe.ignore`` are masked.

    Raises:
        HookError: The request failed, or the response does not have the documented format.
    """
    hook = f"{EFFECTS}{_request_line(app)}"
    if reply.status is None:
        raise HookError(f"{hook} did not respond: {reply.problem}.")
    if reply.status == NOT_FOUND:
        return EffectsUnknown(response=f"{hook} returned {_in_short(reply)}")
    if not 200 <= reply.status < 300:
        raise HookError(f"{hook} returned {_in_short(reply)}; it must return 200 with JSON.")
    raw = read_json(reply, hook)
    try:
        report = msgspec.convert(raw, EffectsReport)
    except msgspec.ValidationError as error:
        words = _in_words(str(error))
        raise HookError(
            f"Invalid response of {EFFECTS}: {words}. applied maps message ids to counts, pending is an integer, "
            "and none may be negative."
        ) from None
    if raw and not raw.keys() & REPORT_FIELDS:
        return EffectsUnknown(response=f"{hook} returned {_in_short(reply)} with none of {', '.join(sorted(REPORT_FIELDS))}")
    ignored = tuple(path.replace("$.state", "$", 1) for path in app.settings.app.observe.ignore)
    return msgspec.structs.replace(report, state=without(report.state, ignored))


def is_unknown_path(app: AppUnderTest, values: Values) -> bool:
    """Return true if the app responds to the effects hook as to an unknown path, so that the hook's path may be wrong."""
    template = template_of(app, EFFECTS)
    if template is None:
        return False
    request = fill(template, {**app.values, **values})
    path, _, query = request.path.partition("?")
    elsewhere = f"/no-such-path{path}"
    reply, unknown = (
        app.browser.request(request.method, app.url + each_path + ("?" + query if query else ""), headers=request.headers)
        for each_path in (path, elsewhere)
    )
    body = unknown.body.replace(elsewhere.encode(), path.encode())
    return (reply.status, reply.content_type, reply.body) == (unknown.status, unknown.content_type, body)


def wait_until_idle(
    app: AppUnderTest,
    values: Values,
    *,
    cap_s: float = CAP_S,
    needed_s: Callable[[EffectsReport], float] = lambda _report: UNCHANGED_S,
    is_busy: Callable[[], bool] = lambda: False,
    backlog: Backlog = NONE,
) -> IdleWait:
    """Query the app until it is idle or stuck, for at most *cap_s* real seconds. See the theory of operation above.

    Args:
        values: Template values of the end user that is queried.
        needed_s: Returns the time without change after which the app counts as idle, in real seconds. It is called only for
            reports without ``pending``. Infinity means that an effect is missing, so the app is busy.
        is_busy: Returns true while the app has an API request open.
        backlog: Work that was still pending after earlier waits; it shortens this wait.

    Raises:
        HookMissing: The config has no effects hook.
        HookError: The hook failed, or its response does not have the documented format.
    """
    last: list[EffectsReport] = [query_effects(app, values)]
    since_report_change, since_work_change = stopwatch(), stopwatch()
    has_progressed = False

    def is_over() -> bool:
        nonlocal since_report_change, since_work_change, has_progressed
        report, is_api_idle = query_effects(app, values), not is_busy()
        is_same = report == last[0] and is_api_idle
        if not (is_api_idle and _is_same_work(report, last[0])):
            since_work_change = stopwatch()
        has_progressed = has_progressed or _has_progressed(report, last[0])
        if not is_same:
            last[0] = report
            since_report_change = stopwatch()
        if report.pending:
            earlier = NONE if has_progressed else backlog
            return since_work_change() >= (
                earlier.old_patience_s() if report.pending == earlier.pending else earlier.patience_s(cap_s)
            )
        return is_same and (report.pending == 0 or since_report_change() >= needed_s(report))

    reached = bool(wait_until(is_over, cap_s=cap_s, every_ms=8))
    is_stuck = bool(last[0].pending) and (reached or since_work_change() >= cap_s / 2)
    return IdleWait(report=last[0], is_idle=reached and not is_stuck, unchanged_s=since_report_change(), is_stuck=is_stuck)


def _is_same_work(report: EffectsReport, before: EffectsReport) -> bool:
    """Return true if two reports are equal, except for the number of failed attempts."""
    return (report.applied, report.state, report.pending) == (before.applied, before.state, before.pending)


def _has_progressed(report: EffectsReport, before: EffectsReport) -> bool:
    """Return true if some work was completed between two reports. A larger ``pending`` alone is not progress."""
    has_less = report.pending is not None and before.pending is not None and report.pending < before.pending
    return has_less or (report.applied, report.state) != (before.applied, before.state)


def _request_line(app: AppUnderTest) -> str:
    """Return the method and path of the effects hook from the config, for an error message."""
    template = template_of(app, EFFECTS)
    return f", {template.request.partition('?')[0]}," if template else ""


def _in_short(reply: HttpReply) -> str:
    return f"{reply.status} ({reply.content_type})" if reply.content_type else f"{reply.status}"


def _in_words(text: str) -> str:
    """Rewrite a validation error of msgspec in JSON terms: ``expected a number, got a list at 'applied'``."""
    problem, _, place = text.replace(" | null", "").partition(" - at ")
    for name, words in _NAMES.items():
        problem = problem.replace(f"`{name}`", words)
    problem = problem[:1].lower() + problem[1:].replace(" >= 0", " from 0")
    return f"{problem} at '{place.strip('`').removeprefix('$.')}'" if place else problem


def is_connected(app: AppUnderTest, report: EffectsReport) -> bool | None:
    """Return true if the app reports the end user as connected; None if its report does not contain the connection."""
    connected = app.settings.app.observe.connected
    if connected is None or report.state is None:
        return None
    states = select(report.state, connected.path.replace("$.state", "$", 1))
    return bool(states) and states[0] in connected.values


def values_of_consents(app: AppUnderTest, report: EffectsReport, consent_ids: Iterable[str]) -> dict[str, Any]:
    """Return the value of each consent in the app's reported state, read at the path in ``app.observe.reducer``.

    Consents without a value are left out. Without a reducer in the config or a state in the report, the result is empty.
    """
    reducer = app.settings.app.observe.reducer
    if reducer is None or report.state is None:
        return {}
    place = reducer.state.replace("$.state", "$", 1)
    values = {consent_id: select(report.state, filled(place, consent_id=consent_id)) for consent_id in consent_ids}
    return {consent_id: matches[0] for consent_id, matches in values.items() if matches}
