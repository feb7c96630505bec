"""Does the app take tokens in bounds, whatever it is told of their lives, and work on?"""

from typing import ClassVar

from fiskil_harness.core.model.findings import Finding
from fiskil_harness.journal import Delivery, Exchange, Journal
from fiskil_harness.journal.queries.api_calls import bitten_by, calls, routes_of
from fiskil_harness.journal.queries.work_requested import UNSEEN, is_gone, over_s, works_after
from fiskil_harness.probes.probe import PlainProbe

MOST = 20


class TakesTokensInBounds(PlainProbe, frozen=True, kw_only=True, tag="takes_tokens_in_bounds"):
    """However odd an answer about a token is, never more than twenty are asked for in a row without any other call.

    A token for each call is fine, a failure that is told as one is too. When the answers are as ever, the app works again,
    after a restart at the latest.
    """

    expected: ClassVar[str] = "few POST /v1/token, calls between them, and work again once the answers are as ever"
    source: ClassVar[str] = "token.lifetime"
    fix: ClassVar[str] = "where expires_in makes no sense take a short life for granted, and renew when a call is to be made"

    def examine(self, journal: Journal) -> Finding:
        """Count exchanges in a row."""
        odd = [call for call in bitten_by(journal) if call.route == "token"]
        if not odd:
            return self.inconclusive("no answer about a token was odd")
        # Each message may have a worker that takes a token of its own.
        allowed = MOST + sum(1 for delivery in journal.all(Delivery) if delivery.kind == "genuine" and delivery.attempt == 1)
        if _longest_row(calls(journal)) > allowed:
            seen = f"more than {MOST} tokens were asked for in a row, and none of them was used"
            return self.fails(seen, evidence=_lines(odd), examined=routes_of(odd))
        if is_gone(journal, over_s(odd)):
            seen = "the app answers nothing any more since it was given an odd answer about a token"
            return self.fails(seen, evidence=_lines(odd), examined=routes_of(odd))
        works = works_after(journal, over_s(odd))
        if works is None:
            return self.inconclusive(UNSEEN)
        if not works:
            seen = "the app does not work again, though tokens are to be had as ever and the app began anew"
            return self.fails(seen, evidence=_lines(odd), examined=routes_of(odd))
        return self.passes("tokens were taken in bounds, and the app works on", examined=routes_of(odd))


def _longest_row(made: list[Exchange]) -> int:
    """How many exchanges came one after another, at most, without those that were refused: they brought no token.

    Whoever asks again too often after a refusal breaks what is promised of retries, and of bad credentials.
    """
    longest = row = 0
    for call in made:
        if call.route == "token" and call.status is not None and call.status >= 400:
            continue
        row = row + 1 if call.route == "token" else 0
        longest = max(longest, row)
    return longest


def _lines(odd: list[Exchange]) -> tuple[str, ...]:
    return tuple(sorted({f"POST token: {', '.join(call.bites)}" for call in odd}))
