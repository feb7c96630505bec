"""Does the app react to an expired access token with exactly one renewal and one retry?"""

from collections import Counter
from math import inf

from fiskil_harness.journal import Effects, Exchange, HookCall, Journal, TokensExpired
from fiskil_harness.journal.queries.api_calls import (
    bearer,
    call_key,
    calls,
    fields_of,
    is_complete_success,
    refusal_lines,
    routes_of,
    succeeded_later,
    timed_out,
)
from fiskil_harness.journal.queries.rows import STILL_BUSY
from fiskil_harness.journal.queries.work_requested import work_begun
from fiskil_harness.probes.probe import Finding, PlainProbe

MAX_RENEWALS = 2
MAX_REFUSALS = 2


class RenewsTokenOnce(PlainProbe, frozen=True, kw_only=True, tag="renews_token_once"):
    """Check that after a 401 for an expired token the app renews the token once, and the call succeeds with the new token.

    Two renewals are accepted, because several workers may notice the same expiry at once; more of them fail. An app may also
    renew the token before any call is refused. That can be observed only if the harness made every token expire.
    """

    is_general = True
    expected = "one POST /v1/token after the refusal, then the refused call again"
    source = "token.expired, token.lifetime"
    fix = "on 401 exchange the key pair once, behind a lock that all workers share, and repeat the call once"

    def examine(self, journal: Journal) -> Finding:
        """Look for the renewal of the token and the retry after each refused call."""
        api_calls = calls(journal)
        refused = [call for call in api_calls if call.status == 401 and call.route != "token" and bearer(call)]
        if not refused:
            return self._judge_early_renewal(journal, api_calls)
        exchanges = [call for call in api_calls if call.route == "token" and call.number > refused[0].number]
        if any(exchange.status in {401, 403} for exchange in exchanges):
            return self.inconclusive("the key pair was refused as well, so no renewal could succeed")
        repeated = _repeated(journal, refused)
        if repeated:
            observed = f"{repeated[0].route} was called more than {MAX_REFUSALS} times with a token that had been refused"
            return self.fails(observed, evidence=refusal_lines(repeated), examined=routes_of(refused))
        if _highest_renewal_count(api_calls, refused, exchanges) > MAX_RENEWALS:
            observed = f"more than {MAX_RENEWALS} renewals followed the expiry of one token"
            return self.fails(observed, evidence=refusal_lines(refused), examined=routes_of(refused))
        failed = [call for call in refused if not succeeded_later(api_calls, call)]
        if failed:
            is_renewed = any(exchange.status == 200 for exchange in exchanges)
            return self._judge_failed(journal, failed, is_renewed=is_renewed, examined=routes_of(refused))
        # The number of calls that still carried an expired token depends on timing, so it is not reported.
        return self.passes("every expired token was renewed and every refused call succeeded", examined=1)

    def _judge_early_renewal(self, journal: Journal, api_calls: list[Exchange]) -> Finding:
        """Return PASS if the app, without a refused call, used a new token after the harness made every token expire."""
        expired_s = max((tokens_expired.at_s for tokens_expired in journal.all(TokensExpired)), default=inf)
        later_calls = [call for call in api_calls if call.at_s > expired_s and is_complete_success(call)]
        new_tokens = {_token(call) for call in later_calls if call.route == "token"} - {""}
        renewed = [call for call in later_calls if bearer(call) in new_tokens]
        if not renewed:
            return self.inconclusive("no call was refused for an expired token")
        return self.passes(
            "every token expired, and the app obtained a new one before its next call", examined=routes_of(renewed)
        )

    def _judge_failed(self, journal: Journal, failed: list[Exchange], *, is_renewed: bool, examined: int) -> Finding:
        renewal = "although the token was renewed" if is_renewed else "and the token was not renewed"
        if not _has_given_up(journal, failed[0]):
            return self.inconclusive(STILL_BUSY)
        observed = f"{failed[0].route} never succeeded after its 401, {renewal}"
        return self.fails(observed, evidence=refusal_lines(failed), examined=examined)


def _repeated(journal: Journal, refused: list[Exchange]) -> list[Exchange]:
    """Return the first group of equal calls that were refused too often with the same token; empty if there is none.

    Calls that were in progress at the same time count once. Each piece of work may make the call once, because an app may
    use a token until it has a new one.
    """
    groups: dict[tuple[object, str], list[Exchange]] = {}
    for call in refused:
        groups.setdefault((call_key(call), bearer(call)), []).append(call)
    for group in groups.values():
        later = [call for call in group if call.at_s >= group[0].ended_s]
        other_jobs = work_begun(journal, before_s=group[0].at_s, until_s=group[-1].at_s) - 1
        if len(later) >= MAX_REFUSALS + max(0, other_jobs):
            return group
    return []


def _highest_renewal_count(api_calls: list[Exchange], refused: list[Exchange], exchanges: list[Exchange]) -> int:
    """Return the highest number of renewals that the expiry of one token caused.

    A new token counts as a renewal if the first call with it repeats a refused call; it then replaces the token of the
    refused call. If the first call is a different one, the app began other work, for which it may request a token. Tokens
    that were never used are divided among all expired tokens.
    """
    unrepeated = list(refused)
    counts = Counter({bearer(call): 0 for call in refused})
    unused = 0
    for exchange in (exchange for exchange in exchanges if is_complete_success(exchange)):
        token = _token(exchange)
        first = next((call for call in api_calls if token and bearer(call) == token), None)
        if first is None:
            unused += 1
            continue
        repeated = next(
            (call for call in unrepeated if call_key(call) == call_key(first) and call.number < exchange.number), None
        )
        if repeated is not None:
            unrepeated.remove(repeated)
            counts[bearer(repeated)] += 1
    return max(counts.values()) + unused // len(counts)


def _token(exchange: Exchange) -> str:
    """Return the access token in a token response, or '' if the response cannot be read."""
    return str(fields_of(exchange.response_body).get("token", ""))


def _has_given_up(journal: Journal, refused: Exchange) -> bool:
    """Return True if the app is idle at the end, or a hook failed after the refusal, so that no retry is to be expected."""
    effects = journal.all(Effects)
    if effects and effects[-1].has_reported_idle:
        return True
    return any(
        hook_call.at_s >= refused.ended_s
        and (hook_call.status is None or hook_call.status >= 400)
        and not timed_out(journal, hook_call)
        and (hook_call.is_refresh or hook_call.is_session_start)
        for hook_call in journal.all(HookCall)
    )
