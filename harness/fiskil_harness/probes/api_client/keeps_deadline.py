"""Does the app give up on answers that never end, in time, and say so to whoever asked?"""

from typing import ClassVar

from fiskil_harness.core.model.findings import Finding, Verdict
from fiskil_harness.journal import Abandoned, Bite, Exchange, HookCall, Journal, Limits
from fiskil_harness.journal.queries.api_calls import began_s, bitten_by, routes_of
from fiskil_harness.journal.queries.pauses import EXCUSED_BY_PAUSE, paused_s
from fiskil_harness.probes.api_client.retries_spoilt_reads import is_spoilt, is_whole
from fiskil_harness.probes.probe import PlainProbe

SLACK_S = 1.0
LONGEST_STALL_S = 58.0
UNANSWERED = "HandshakeStall()"
ENDLESS = ("ContinueForever", "Drip", "Stall", "StallHead", "Timeout")
CALL, REQUEST = "call_deadline_s", "request_deadline_s"


class KeepsDeadline(PlainProbe, frozen=True, kw_only=True, tag="keeps_deadline"):
    """An endless answer is abandoned within ``call_deadline_s``, and the app answers within ``request_deadline_s``.

    A drip sends something every moment, and so does a server that says 100 Continue for ever: a limit on each read never
    fires, only one on the whole call does. A handshake that nobody answers holds a call up before it has begun. Whoever
    waits is answered in time as well where calls fail, or where the API says to come back in ages. Nobody is held to a
    deadline that the config does not promise.
    """

    expected: ClassVar[str] = "the connection closed by the call deadline, an answer by the request deadline"
    source: ClassVar[str] = "errors.timeout"
    fix: ClassVar[str] = "bound the whole call, body included, by one deadline; a timeout for each read is not enough"

    def examine(self, journal: Journal) -> Finding:
        """Measure each bitten call, and each request to the app that fell into one."""
        limits = journal.all(Limits)
        if not limits:
            return self.inconclusive("the scenario has not begun")
        call_s, request_s = limits[-1].call_deadline_s + SLACK_S, limits[-1].request_deadline_s + SLACK_S
        held = [call for call in bitten_by(journal, *ENDLESS) if _was_held(call, call_s)]
        greeted = [bite for bite in journal.all(Bite) if bite.fault == UNANSWERED and _is_seen(journal, bite, call_s)]
        failed = [call for call in bitten_by(journal) if is_spoilt(call) and call not in held]
        if not (held or greeted or failed):
            return self.inconclusive("no answer was stalled or dripped for as long as the call deadline")
        if call_s > LONGEST_STALL_S:
            return self.inconclusive("app.limits.call_deadline_s is longer than the longest stall", hook="app.limits")
        slow = [call for call in held if _waited_s(journal, call) > call_s]
        asked = [
            hook_call for hook_call in journal.all(HookCall) if any(_overlap(hook_call, call) for call in (*held, *failed))
        ]
        asked += [hook for bite in greeted for hook in _fell_into(journal, bite) if hook not in asked]
        late = [hook_call for hook_call in asked if hook_call.status is None or hook_call.took_s > request_s]
        told = [
            *self._slow(journal, slow, call_s=call_s, examined=routes_of(held)),
            *self._late(journal, late, request_s=request_s, examined=len(asked)),
        ]
        if told:
            return next((finding for finding in told if finding.verdict is Verdict.FAIL), told[0])
        return self.passes(_praise(held, greeted), examined=routes_of(held) or len(asked) or bool(greeted))

    def _slow(self, journal: Journal, slow: list[Exchange], *, call_s: float, examined: int) -> list[Finding]:
        routes = sorted({call.route for call in slow})
        if not slow:
            return []
        if not _is_promised(journal, CALL):
            seen = f"{routes[0]} was read for long, but no deadline was promised"
            return [self.inconclusive(seen, hook=f"app.limits.{CALL}")]
        if all(_waited_s(journal, call) <= call_s + paused_s(journal, call.at_s, call.ended_s) for call in slow):
            return [self.inconclusive(f"{routes[0]} was read {EXCUSED_BY_PAUSE}")]
        seen = f"{routes[0]} was still being read after the call deadline"
        return [self.fails(seen, evidence=tuple(f"too long: {route}" for route in routes), examined=examined)]

    def _late(self, journal: Journal, late: list[HookCall], *, request_s: float, examined: int) -> list[Finding]:
        hooks = sorted({hook_call.hook for hook_call in late})
        if not late:
            return []
        if not _is_promised(journal, REQUEST):
            seen = f"{hooks[0]} took long, but no deadline was promised"
            return [self.inconclusive(seen, hook=f"app.limits.{REQUEST}")]
        allowed_s = {hook_call: request_s + paused_s(journal, began_s(hook_call), hook_call.at_s) for hook_call in late}
        if all(hook_call.status is not None and hook_call.took_s <= allowed_s[hook_call] for hook_call in late):
            return [self.inconclusive(f"{hooks[0]} was answered {EXCUSED_BY_PAUSE}")]
        seen = f"the app did not answer {hooks[0]} by its request deadline"
        return [self.fails(seen, evidence=tuple(f"too late: {hook}" for hook in hooks), examined=examined)]


def _is_promised(journal: Journal, limit: str) -> bool:
    return limit not in journal.all(Limits)[-1].assumed


def _praise(held: list[Exchange], greeted: list[Bite]) -> str:
    if held:
        return "every endless answer was abandoned in time"
    return "a handshake without an answer was abandoned in time" if greeted else "whoever waited was answered in time"


def _was_held(call: Exchange, call_s: float) -> bool:
    """Whether the app had to give up by itself: the answer never came to its end, and we did not end the call early."""
    return not is_whole(call) and not (call.is_cut and call.ended_s - call.at_s <= call_s)


def _waited_s(journal: Journal, call: Exchange) -> float:
    """How long the app waited for the answer, as far as that can be seen.

    A request to the app that failed while the call was open shows that the app had given up, even if the connection was left
    open by accident. One that succeeded leaves the call to be read in the background.
    """
    gave_up = [
        hook_call.at_s
        for hook_call in journal.all(HookCall)
        if hook_call.status is not None and hook_call.status >= 400 and began_s(hook_call) <= call.at_s <= hook_call.at_s
    ]
    return min([call.ended_s, *gave_up]) - call.at_s


def _overlap(hook: HookCall, call: Exchange) -> bool:
    return began_s(hook) <= call.ended_s and hook.at_s >= call.at_s


def _is_seen(journal: Journal, unanswered: Bite, call_s: float) -> bool:
    """Whether it can be told how long the app waited: somebody waited with it, or it left by the call deadline."""
    left = [
        abandoned
        for abandoned in journal.all(Abandoned)
        if abandoned.connection == unanswered.connection and abandoned.at_s >= unanswered.at_s
    ]
    return bool(_fell_into(journal, unanswered)) or any(abandoned.at_s - unanswered.at_s <= call_s for abandoned in left)


def _fell_into(journal: Journal, unanswered: Bite) -> list[HookCall]:
    """The requests to the app during which a handshake began that nobody answered."""
    return [hook_call for hook_call in journal.all(HookCall) if began_s(hook_call) <= unanswered.at_s <= hook_call.at_s]
