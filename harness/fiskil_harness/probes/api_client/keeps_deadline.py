"""Does the app abandon responses that never end, and return to its own callers, within its deadlines?"""

from fiskil_harness.journal import Bite, ConnectionAbandoned, Exchange, HookCall, Journal, Limits
from fiskil_harness.journal.queries.api_calls import began_s, bitten_by, call_key, calls, routes_of
from fiskil_harness.journal.queries.pauses import EXCUSED_BY_PAUSE, is_promised, paused_s
from fiskil_harness.journal.queries.work_requested import work_begun
from fiskil_harness.probes.api_client.retries_broken_reads import is_spoilt, is_whole
from fiskil_harness.probes.probe import Finding, Probe, Verdict

ACCEPTED = 202
SLACK_S = 1.0
LONGEST_STALL_S = 58.0
HANDSHAKE_STALL = "HandshakeStall()"
ENDLESS = ("ContinueForever", "Drip", "Stall", "StallHead", "Timeout")
CALL_LIMIT, REQUEST_LIMIT = "call_deadline_s", "request_deadline_s"


class KeepsDeadline(Probe, frozen=True, kw_only=True, tag="keeps_deadline"):
    """Check that the app abandons endless responses within ``call_deadline_s``, and hooks return by ``request_deadline_s``.

    Some endless responses keep sending bytes, such as a very slow body or repeated ``100 Continue``. A timeout for each read
    does not end them; only a deadline for the whole call does. Hooks must also return in time if the TLS handshake stalls,
    if calls fail, or if Retry-After is very long. A deadline that the config does not set is not judged.
    """

    is_general = True
    expected = "the connection closed by the call deadline, and a response by the request deadline"
    source = "errors.timeout"
    fix = "limit the whole call, body included, by one deadline; a timeout per read is not enough"

    def examine(self, journal: Journal) -> Finding:
        """Measure the duration of each affected call, and of each hook call that was in progress at the same time."""
        limits = journal.all(Limits)
        if not limits:
            return self.inconclusive("the scenario has not begun")
        call_s, request_s = limits[-1].call_deadline_s + SLACK_S, limits[-1].request_deadline_s + SLACK_S
        endless = [call for call in bitten_by(journal, *ENDLESS) if _had_to_abandon(call, call_s)]
        stalls = [
            bite for bite in journal.all(Bite) if bite.fault == HANDSHAKE_STALL and _is_measurable(journal, bite, call_s)
        ]
        failed = [call for call in bitten_by(journal) if is_spoilt(call) and call not in endless]
        if not (endless or stalls or failed):
            return self.inconclusive("no response was stalled or dripped for as long as the call deadline")
        if call_s > LONGEST_STALL_S:
            return self.inconclusive("app.limits.call_deadline_s is longer than the longest stall", hook="app.limits")
        slow = [call for call in endless if _waited_s(journal, call) > call_s]
        hook_calls = [
            hook_call
            for hook_call in journal.all(HookCall)
            if any(_overlap(hook_call, call) for call in (*endless, *failed))
        ]
        hook_calls += [hook for stall in stalls for hook in _hooks_during(journal, stall) if hook not in hook_calls]
        late = [hook_call for hook_call in hook_calls if hook_call.status is None or hook_call.took_s > request_s]
        findings = [
            *self._judge_slow(journal, slow, call_s=call_s),
            *self._judge_late(journal, late, request_s=request_s),
        ]
        if findings:
            return next((finding for finding in findings if finding.verdict is Verdict.FAIL), findings[0])
        accepted = [hook for hook in journal.all(HookCall) if any(_is_accepted(hook, call) for call in failed)]
        examined = routes_of(endless) or len(hook_calls) or len(accepted) or len(stalls)
        return self.passes(_success_text(endless, stalls), examined=examined)

    def _judge_slow(self, journal: Journal, slow: list[Exchange], *, call_s: float) -> list[Finding]:
        routes = sorted({call.route for call in slow})
        if not slow:
            return []
        if not is_promised(journal, CALL_LIMIT):
            observed = f"{routes[0]} was read for a long time, but the config promises no call deadline"
            return [self.inconclusive(observed, hook=f"app.limits.{CALL_LIMIT}")]
        if all(_waited_s(journal, call) <= call_s + paused_s(journal, call.at_s, call.ended_s) for call in slow):
            return [self.inconclusive(f"{routes[0]} was read {EXCUSED_BY_PAUSE}")]
        observed = f"{routes[0]} was still being read after the call deadline"
        return [self.fails(observed, evidence=tuple(f"too long: {route}" for route in routes))]

    def _judge_late(self, journal: Journal, late: list[HookCall], *, request_s: float) -> list[Finding]:
        hooks = sorted({hook_call.hook for hook_call in late})
        if not late:
            return []
        if not is_promised(journal, REQUEST_LIMIT):
            observed = f"{hooks[0]} took a long time, but the config promises no request deadline"
            return [self.inconclusive(observed, hook=f"app.limits.{REQUEST_LIMIT}")]
        allowed_s = {hook_call: request_s + paused_s(journal, began_s(hook_call), hook_call.at_s) for hook_call in late}
        if all(hook_call.status is not None and hook_call.took_s <= allowed_s[hook_call] for hook_call in late):
            return [self.inconclusive(f"{hooks[0]} returned {EXCUSED_BY_PAUSE}")]
        observed = f"the app did not respond to {hooks[0]} by its request deadline"
        return [self.fails(observed, evidence=tuple(f"too late: {hook}" for hook in hooks))]


def _success_text(endless: list[Exchange], stalls: list[Bite]) -> str:
    if endless:
        return "every endless response was abandoned in time"
    return "a stalled handshake was abandoned in time" if stalls else "every hook returned in time while calls failed"


def _had_to_abandon(call: Exchange, call_s: float) -> bool:
    """Return True if the response did not end by *call_s*, and the harness did not end it before, so that the app had to."""
    lasted_s = call.ended_s - call.at_s
    return lasted_s > call_s if is_whole(call) else not (call.is_cut and lasted_s <= call_s)


def _waited_s(journal: Journal, call: Exchange) -> float:
    """Return the real seconds for which the app waited for the response.

    If a hook failed while the call was in progress, the app had given up by then, although the connection was still open.
    The same holds if the app repeated the call: some clients leave the connection of a broken response open. After a hook
    that succeeded, the app may still be reading the response in the background.
    """
    gave_up = [
        hook_call.at_s
        for hook_call in journal.all(HookCall)
        if hook_call.status is not None and hook_call.status >= 400 and began_s(hook_call) <= call.at_s <= hook_call.at_s
    ]
    repeated = [again.at_s for again in calls(journal, call.route) if _repeats(journal, call, again)]
    return min([call.ended_s, *gave_up, *repeated]) - call.at_s


def _repeats(journal: Journal, call: Exchange, again: Exchange) -> bool:
    """Return True if the app made *again* in place of *call* for the only work that was requested of it."""
    is_same = call_key(again) == call_key(call) and call.at_s < again.at_s < call.ended_s
    return is_same and work_begun(journal, before_s=call.at_s, until_s=again.at_s) <= 1


def _is_accepted(hook_call: HookCall, call: Exchange) -> bool:
    """Return True if the app may have accepted the hook call (202) and made *call* for it afterwards."""
    return hook_call.status == ACCEPTED and hook_call.at_s <= call.at_s


def _overlap(hook: HookCall, call: Exchange) -> bool:
    return began_s(hook) <= call.ended_s and hook.at_s >= call.at_s


def _is_measurable(journal: Journal, stall: Bite, call_s: float) -> bool:
    """Return True if the app's wait for a stalled handshake can be measured.

    Either a hook call was in progress, or the app closed the connection before the deadline *call_s*.
    """
    closed = [
        abandoned
        for abandoned in journal.all(ConnectionAbandoned)
        if abandoned.connection == stall.connection and abandoned.at_s >= stall.at_s
    ]
    return bool(_hooks_during(journal, stall)) or any(abandoned.at_s - stall.at_s <= call_s for abandoned in closed)


def _hooks_during(journal: Journal, stall: Bite) -> list[HookCall]:
    """Return the hook calls that were in progress when the stalled handshake began."""
    return [hook_call for hook_call in journal.all(HookCall) if began_s(hook_call) <= stall.at_s <= hook_call.at_s]
