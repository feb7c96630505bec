"""Does the app react to an expired access token with exactly one renewal and one retry?"""

from bisect import bisect_right
from collections import Counter, defaultdict
from math import inf

from fiskil_harness.core.config.hooks import COMMAND
from fiskil_harness.journal import Effects, Exchange, HookCall, Journal, TokensExpired
from fiskil_harness.journal.queries.api_calls import (
    CallKey,
    bearer,
    bitten_by,
    call_key,
    calls,
    fields_of,
    is_complete_success,
    never_succeeded,
    refusal_lines,
    routes_of,
    timed_out,
)
from fiskil_harness.journal.queries.rows import STILL_BUSY
from fiskil_harness.journal.queries.work_requested import work_begun
from fiskil_harness.probes.api_client.retries_broken_reads import is_read, is_spoilt
from fiskil_harness.probes.probe import Finding, Probe

MAX_RENEWALS = 2
MAX_REFUSALS = 2
IN_FLIGHT_S = 0.1
"""A call on another connection that begins this soon after a refusal may have been sent before it, in real seconds."""


class RenewsTokenOnce(Probe, frozen=True, kw_only=True, tag="renews_token_once"):
    """Check that after a 401 for an expired token the app renews the token once, and the call succeeds with the new token.

    Two renewals are accepted, because several workers may notice the same expiry at once, and one for each process of the
    app; more of them fail. An app may also
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
        too_many = self._judge_number_of_tokens(journal, api_calls)
        if too_many or not refused:
            return too_many or self._judge_early_renewal(journal, api_calls)
        return self._judge_renewal(journal, api_calls, refused)

    def _judge_renewal(self, journal: Journal, api_calls: list[Exchange], refused: list[Exchange]) -> Finding:
        exchanges = [call for call in api_calls if call.route == "token" and call.number > refused[0].number]
        if any(exchange.status in {401, 403} for exchange in exchanges):
            return self.inconclusive("the key pair was refused as well, so no renewal could succeed")
        repeated = _repeated(journal, refused)
        if repeated:
            observed = f"{repeated[0].route} was called more than {MAX_REFUSALS} times with a token that had been refused"
            return self.fails(observed, evidence=refusal_lines(repeated))
        most_renewals = _most_renewals(journal)
        limit = most_renewals or MAX_RENEWALS
        if _highest_renewal_count(api_calls, refused, exchanges) > limit:
            observed = f"more than {limit} renewals followed the expiry of one token"
            if most_renewals is None:
                return self.inconclusive(f"{observed}, but the number of the app's processes is unknown", hook=COMMAND)
            # Which other calls were refused depends on timing.
            return self.fails(observed, evidence=refusal_lines(refused[:1]))
        failed = never_succeeded(api_calls, refused)
        if failed:
            is_renewed = any(exchange.status == 200 for exchange in exchanges)
            return self._judge_failed(journal, failed, is_renewed=is_renewed)
        # The number of calls that still carried an expired token depends on timing, so it is not reported.
        return self.passes("every expired token was renewed and every refused call succeeded", examined=1)

    def _judge_number_of_tokens(self, journal: Journal, api_calls: list[Exchange]) -> Finding | None:
        """Return FAIL if calls that had needed few tokens before each obtained one after all tokens had expired."""
        limit = _most_renewals(journal)
        if limit is None or not _needs_more_tokens(journal, api_calls, limit):
            return None
        return self.fails(
            f"the same calls needed at most {limit} tokens before all tokens expired, and more than {limit} afterwards"
        )

    def _judge_early_renewal(self, journal: Journal, api_calls: list[Exchange]) -> Finding:
        """Return PASS if the app, without a refused call, used a new token after the harness made every token expire."""
        expired_s = max((tokens_expired.at_s for tokens_expired in journal.all(TokensExpired)), default=inf)
        later_calls = [call for call in api_calls if call.at_s > expired_s]
        new_tokens = {_token(call) for call in later_calls if call.route == "token"} - {""}
        renewed = [call for call in later_calls if bearer(call) in new_tokens and is_read(call)]
        if not renewed:
            return self.inconclusive("no call was refused for an expired token")
        return self.passes(
            "every token expired, and the app obtained a new one before its next call", examined=routes_of(renewed)
        )

    def _judge_failed(self, journal: Journal, failed: list[Exchange], *, is_renewed: bool) -> Finding:
        renewals = calls(journal, "token")
        failed = [call for call in failed if not _was_renewal_spoilt(renewals, call)]
        if not failed:
            return self.inconclusive("a fault acted on the renewal after the refusal, and the app may have given up")
        renewal = "although the token was renewed" if is_renewed else "and the token was not renewed"
        if not _has_given_up(journal, failed[0]):
            return self.inconclusive(STILL_BUSY)
        observed = f"{failed[0].route} never succeeded after its 401, {renewal}"
        return self.fails(observed, evidence=refusal_lines(failed))


def _was_renewal_spoilt(renewals: list[Exchange], refused: Exchange) -> bool:
    """Return True if a fault spoilt the first of *renewals* after *refused*, or took its token: the app may give up then."""
    at = bisect_right(renewals, refused.number, key=lambda call: call.number)
    return at < len(renewals) and bool(renewals[at].bites) and (is_spoilt(renewals[at]) or not _token(renewals[at]))


def _repeated(journal: Journal, refused: list[Exchange]) -> list[Exchange]:
    """Return the first group of equal calls that were refused too often with the same token; empty if there is none.

    Calls that were in progress at the same time count once, with those that may have been. Each piece of work may make the
    call once, because an app may use a token until it has a new one.
    """
    groups: dict[tuple[object, str], list[Exchange]] = {}
    for call in refused:
        groups.setdefault((call_key(call), bearer(call)), []).append(call)
    for group in groups.values():
        other_jobs = work_begun(journal, before_s=group[0].at_s, until_s=group[-1].at_s) - 1
        if _count_in_turn(group) > MAX_REFUSALS + max(0, other_jobs):
            return group
    return []


def _count_in_turn(group: list[Exchange]) -> int:
    """Return how many of the calls were certainly sent one after another, each after the refusal of the one before."""
    count, latest = 1, group[0]
    for call in group[1:]:
        in_flight_s = 0.0 if call.connection == latest.connection else IN_FLIGHT_S
        if call.at_s >= latest.ended_s + in_flight_s:
            count, latest = count + 1, call
    return count


def _needs_more_tokens(journal: Journal, api_calls: list[Exchange], limit: int) -> bool:
    """Return True if the app made all its calls with at most *limit* tokens until the harness made every token expire, and
    then obtained more than *limit* for calls that it had made before.

    An app that requests a token for each call or each job needs more tokens before, too.
    """
    expired_s = max((expired.at_s for expired in journal.all(TokensExpired)), default=inf)
    with_token = [call for call in api_calls if bearer(call)]
    before = [call for call in with_token if call.at_s <= expired_s]
    after = [call for call in with_token if call.at_s > expired_s]
    new_tokens = {_token(call) for call in api_calls if call.route == "token" and call.at_s > expired_s}
    is_same_work = {(call.route, call.end_user_id) for call in after} <= {(call.route, call.end_user_id) for call in before}
    return (
        is_same_work
        and len({bearer(call) for call in before}) <= limit
        and len(new_tokens & {bearer(call) for call in after}) > limit
    )


def _most_renewals(journal: Journal) -> int | None:
    """Return how many renewals of one token a correct app may make: one in each process; None if the number is unknown."""
    counts = [expired.processes for expired in journal.all(TokensExpired)]
    return None if None in counts else max((MAX_RENEWALS, *(count for count in counts if count is not None)))


def _highest_renewal_count(api_calls: list[Exchange], refused: list[Exchange], exchanges: list[Exchange]) -> int:
    """Return the highest number of renewals that the expiry of one token caused.

    A new token counts as a renewal if the first call with it repeats a refused call that no other call has repeated yet; it
    then replaces the token of the refused call. If the first call is a different one, the app began other work, for which it
    may request a token. A token that was used counts even if a fault delayed its response. Tokens that were never used are
    divided among all expired tokens.
    """
    unrepeated: dict[CallKey, list[Exchange]] = defaultdict(list)
    for call in refused:
        unrepeated[call_key(call)].append(call)
    counts = Counter({bearer(call): 0 for call in refused})
    obtained = {_token(exchange): exchange.number for exchange in exchanges if _token(exchange)}
    for call in api_calls:
        obtained_number = obtained.pop(bearer(call), None)
        number = call.number if obtained_number is None else obtained_number
        equal = unrepeated.get(call_key(call), [])
        at = next((i for i, other in enumerate(equal) if other.number < number and bearer(other) != bearer(call)), None)
        if at is not None:
            counts[bearer(equal.pop(at))] += obtained_number is not None
    used = {bearer(call) for call in api_calls} - {""}
    unused = sum(is_complete_success(exchange) for exchange in exchanges if _token(exchange) not in used)
    return max(counts.values()) + unused // len(counts)


def _token(exchange: Exchange) -> str:
    """Return the access token in a token response, or '' if the response cannot be read."""
    return str(fields_of(exchange.response_body).get("token", ""))


def _has_given_up(journal: Journal, refused: Exchange) -> bool:
    """Return True if the app is idle at the end, or a hook failed after the refusal, so that no retry is to be expected.

    A hook that failed after another fault does not count: the app may make no call for some time after a failure.
    """
    effects = journal.all(Effects)
    if effects and effects[-1].has_reported_idle:
        return True
    failed_s = [call.ended_s for call in bitten_by(journal) if call.at_s >= refused.at_s and is_spoilt(call)]
    return any(
        hook_call.at_s >= refused.ended_s
        and not any(fault_s <= hook_call.at_s for fault_s in failed_s)
        and (hook_call.status is None or hook_call.status >= 400)
        and not timed_out(journal, hook_call)
        and (hook_call.is_refresh or hook_call.is_session_start)
        for hook_call in journal.all(HookCall)
    )
