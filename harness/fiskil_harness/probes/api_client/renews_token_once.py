"""Does a dead access token cost one renewal and one retry, and nothing else?"""

from collections import Counter
from math import inf
from typing import Any, ClassVar

import msgspec

from fiskil_harness.core.model.findings import Finding
from fiskil_harness.journal import Effects, Exchange, HookCall, Journal, TokensExpired
from fiskil_harness.journal.queries.api_calls import bearer, call_key, calls, is_fine, is_unheard, routes_of, succeeded_later
from fiskil_harness.journal.queries.rows import STILL_BUSY
from fiskil_harness.journal.queries.work_requested import jobs_begun
from fiskil_harness.probes.probe import PlainProbe

RENEWALS = 2
REFUSALS = 2


class RenewsTokenOnce(PlainProbe, frozen=True, kw_only=True, tag="renews_token_once"):
    """After a call was refused for its dead token, the token is exchanged again and the call succeeds with the new one.

    Workers that saw the same death at the same moment are allowed for; a loop is not. Renewing before a refusal is fine,
    and leaves nothing to see but where every token is known to have died.
    """

    expected: ClassVar[str] = "one POST /v1/token after the refusal, then the refused call again"
    source: ClassVar[str] = "token.expired, token.lifetime"
    fix: ClassVar[str] = "on 401 exchange the key pair once, behind a lock that all workers share, and repeat the call once"

    def examine(self, journal: Journal) -> Finding:
        """Follow each refusal."""
        made = calls(journal)
        refused = [call for call in made if call.status == 401 and call.route != "token" and bearer(call)]
        if not refused:
            return self._renewed_before(journal, made)
        exchanges = [call for call in made if call.route == "token" and call.number > refused[0].number]
        if any(exchange.status in {401, 403} for exchange in exchanges):
            return self.inconclusive("the key pair was refused too, so no renewal could succeed")
        repeated = _repeated(journal, refused)
        if repeated:
            seen = f"{repeated[0].route} was asked more than {REFUSALS} times with a token that had been refused"
            return self.fails(seen, evidence=_lines(repeated), examined=routes_of(refused))
        if _most_renewals(made, refused, exchanges) > RENEWALS:
            seen = f"more than {RENEWALS} renewals followed the death of one token"
            return self.fails(seen, evidence=_lines(refused), examined=routes_of(refused))
        lost = [call for call in refused if not succeeded_later(made, call)]
        if lost:
            return self._lost(
                journal, lost, is_renewed=any(exchange.status == 200 for exchange in exchanges), examined=routes_of(refused)
            )
        # Which calls still carried a dead token is a matter of time, so no more is told than that some did.
        return self.passes("every dead token was renewed and every refused call came through", examined=1)

    def _renewed_before(self, journal: Journal, made: list[Exchange]) -> Finding:
        """Nothing was refused: every token died, and each call since then carried one that was taken since then."""
        died_s = max((tokens_expired.at_s for tokens_expired in journal.all(TokensExpired)), default=inf)
        taken = {_token(call) for call in made if call.route == "token" and call.at_s > died_s and is_fine(call)} - {""}
        fresh = [call for call in made if call.at_s > died_s and bearer(call) in taken and is_fine(call)]
        if not fresh:
            return self.inconclusive("no call was refused for a dead token")
        return self.passes(
            "every token died, and the app had taken a new one before its next call", examined=routes_of(fresh)
        )

    def _lost(self, journal: Journal, lost: list[Exchange], *, is_renewed: bool, examined: int) -> Finding:
        how = "though the token was renewed" if is_renewed else "and the token was not renewed"
        if not _has_ended(journal, lost[0]):
            return self.inconclusive(STILL_BUSY)
        return self.fails(f"{lost[0].route} never succeeded after its 401, {how}", evidence=_lines(lost), examined=examined)


def _repeated(journal: Journal, refused: list[Exchange]) -> list[Exchange]:
    """Calls that were refused again and again with one token; calls under way at the same moment are one time.

    Several jobs may ask the same, each once before it knows: an app may keep its token until another has come.
    """
    groups: dict[tuple[object, str], list[Exchange]] = {}
    for call in refused:
        groups.setdefault((call_key(call), bearer(call)), []).append(call)
    for ones in groups.values():
        later = [call for call in ones if call.at_s >= ones[0].ended_s]
        others = jobs_begun(journal, before_s=ones[0].at_s, until_s=ones[-1].at_s) - 1
        if len(later) >= REFUSALS + max(0, others):
            return ones
    return []


def _most_renewals(made: list[Exchange], refused: list[Exchange], exchanges: list[Exchange]) -> int:
    """How many renewals the death of one token cost, at most.

    A new token whose first call is one that was refused renews the token it was refused with. One whose first call is
    another belongs to a walk that begins, for an app may take a token for each. Those that were never used count for all.
    """
    unanswered = list(refused)
    counts = Counter({bearer(call): 0 for call in refused})
    unused = 0
    for exchange in (exchange for exchange in exchanges if is_fine(exchange)):
        token = _token(exchange)
        first = next((call for call in made if token and bearer(call) == token), None)
        if first is None:
            unused += 1
            continue
        repeated = next(
            (call for call in unanswered if call_key(call) == call_key(first) and call.number < exchange.number), None
        )
        if repeated is not None:
            unanswered.remove(repeated)
            counts[bearer(repeated)] += 1
    return max(counts.values()) + unused // len(counts)


def _token(exchange: Exchange) -> str:
    """The access token that an exchange brought; empty where it cannot be read."""
    try:
        return str(msgspec.json.decode(exchange.response_body, type=dict[str, Any]).get("token", ""))
    except msgspec.DecodeError:
        return ""


def _has_ended(journal: Journal, refused: Exchange) -> bool:
    """Whether the app has had its time: it is quiescent, or a request to it failed over the refusal."""
    effects = journal.all(Effects)
    if effects and effects[-1].is_idle and effects[-1].pending == 0:
        return True
    return any(
        hook_call.at_s >= refused.ended_s
        and (hook_call.status is None or hook_call.status >= 400)
        and not is_unheard(journal, hook_call)
        and hook_call.hook in {"refresh", "start_session"}
        for hook_call in journal.all(HookCall)
    )


def _lines(shown: list[Exchange]) -> tuple[str, ...]:
    versions = sorted({f"{call.method} {call.route}: {call.status}" for call in shown})
    return tuple(versions)
