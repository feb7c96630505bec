"""Does the app request a limited number of tokens after unusual token responses, and keep working?"""

from fiskil_harness.journal import Delivery, Exchange, Journal
from fiskil_harness.journal.queries.api_calls import bitten_by, calls, routes_of
from fiskil_harness.journal.queries.work_requested import NO_CALLS_OBSERVED, has_crashed, over_s, works_after
from fiskil_harness.probes.probe import Finding, Probe

MAX_IN_A_ROW = 20


class RequestsTokensInBounds(Probe, frozen=True, kw_only=True, tag="requests_tokens_in_bounds"):
    """Check that after unusual token responses the app requests at most 20 tokens in a row without any other call.

    A token for each call is accepted, and so is a reported failure. When token responses are normal again, the app must work
    again, at the latest after a restart.
    """

    is_general = True
    expected = "few POST /v1/token, calls between them, and normal work once token responses are normal"
    source = "token.lifetime"
    fix = "if expires_in is invalid, assume a short lifetime, and renew the token only when a call needs it"

    def examine(self, journal: Journal) -> Finding:
        """Count the token requests in a row, and check that the app works afterwards."""
        unusual = [call for call in bitten_by(journal) if call.route == "token"]
        if not unusual:
            return self.inconclusive("no token response was unusual")
        # Each message may be processed by a worker that requests its own token.
        messages = sum(1 for delivery in journal.all(Delivery) if delivery.is_genuine and delivery.attempt == 1)
        if _longest_series(calls(journal)) > MAX_IN_A_ROW + messages:
            observed = f"more than {MAX_IN_A_ROW} tokens were requested in a row, and none of them was used"
            return self.fails(observed, evidence=_lines(unusual))
        if has_crashed(journal, over_s(unusual)):
            observed = "the app has not responded since it received an unusual token response"
            return self.fails(observed, evidence=_lines(unusual))
        works = works_after(journal, over_s(unusual))
        if works is None:
            return self.inconclusive(NO_CALLS_OBSERVED)
        if not works:
            observed = "the app does not work again, although token responses are normal and it was restarted"
            return self.fails(observed, evidence=_lines(unusual))
        return self.passes("the number of token requests was limited, and the app kept working", examined=routes_of(unusual))


def _longest_series(api_calls: list[Exchange]) -> int:
    """Return the highest number of token requests in a row, without refused requests.

    Too many retries after a refusal count against the practices for retries and bad credentials.
    """
    longest = length = 0
    for call in api_calls:
        if call.route == "token" and call.status is not None and call.status >= 400:
            continue
        length = length + 1 if call.route == "token" else 0
        longest = max(longest, length)
    return longest


def _lines(unusual: list[Exchange]) -> tuple[str, ...]:
    return tuple(sorted({f"POST token: {', '.join(call.bites)}" for call in unusual}))
