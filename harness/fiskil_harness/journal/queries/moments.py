"""The moment of an API call: a person waits for the app (foreground), or the app acts because of a message or on its own."""

from collections.abc import Iterator

from fiskil_harness.core.route_grid import MOMENTS
from fiskil_harness.journal import Effects, Exchange, Fetched, HookCall, Journal, PageView, Pressed, Visit
from fiskil_harness.journal.queries.api_calls import began_s, calls
from fiskil_harness.journal.queries.idleness import idle_before, work_between

FOREGROUND, BACKGROUND = MOMENTS
FAILED = 400
SLACK_S = 0.25
"""A call that the app abandons may end on the API's side this much later than the app's response to the person."""


def calls_by_moment(journal: Journal) -> Iterator[tuple[Exchange, str]]:
    """Yield each call to a known route with its moment; calls whose moment is unknown are left out.

    A call in the foreground lies within a hook call of the harness, or within the step in which a person's browser returned
    from the consent page. If a call outlasts the hook's response, the app did not wait for it, so its cause is uncertain;
    but if a fault acted on the call and the hook failed, the app waited for it until a deadline of its own. The cause is
    also uncertain while Chromium shows a page, unless the harness opened it for that question, and after a hook that never
    responded.
    """
    hooks = [hook for hook in journal.all(HookCall) if not hook.is_failure_request]
    visits = journal.all(Visit)
    browsing_steps = {entry.step for kind in (PageView, Pressed, Fetched) for entry in journal.all(kind)}
    for call in calls(journal):
        if not call.route or call.is_cut:
            continue
        enclosing = [hook for hook in hooks if began_s(hook) <= call.at_s <= hook.at_s]
        if enclosing:
            if any(_lasts_until(hook, call) for hook in enclosing):
                yield call, FOREGROUND
        elif call.step in browsing_steps:
            continue
        elif any(visit.step == call.step for visit in visits):
            if any(visit.step == call.step and call.ended_s <= visit.at_s for visit in visits):
                yield call, FOREGROUND
        elif not any(hook.status is None and began_s(hook) <= call.at_s for hook in hooks):
            yield call, BACKGROUND


def has_one_cause(journal: Journal, call: Exchange) -> bool:
    """Return True if *call* lies within a hook call, and no other work can be its cause: the app was idle before.

    A worker of the app may process earlier messages and refreshes while a person waits. If the app reports no effects, it is
    unknown when it was idle, and other work is not considered.
    """
    if not journal.all(Effects):
        return True
    idle_s = idle_before(journal, call.at_s)
    enclosing = [hook for hook in journal.all(HookCall) if idle_s < began_s(hook) < call.at_s <= hook.at_s]
    return work_between(journal, idle_s, call.at_s) <= len(enclosing)


def _lasts_until(hook: HookCall, call: Exchange) -> bool:
    """Return True if the hook's response came after *call* had ended, or reports that the app gave up a disturbed call."""
    if call.bites and hook.status is not None and hook.status >= FAILED:
        return True
    return call.ended_s <= hook.at_s + (SLACK_S if call.bites else 0)
