"""Does the app send only access tokens that the API issued to it?"""

from fiskil_harness.journal import Journal
from fiskil_harness.journal.queries.api_calls import bearer, bitten_by, calls, header, routes_of
from fiskil_harness.probes.probe import Finding, Probe

WORDS = frozenset({"undefined", "null", "None", "nil", "NaN", "[object Object]"})
"""Texts that programming languages produce for a missing value."""


class SendsIssuedTokensOnly(Probe, frozen=True, kw_only=True, tag="sends_issued_tokens_only"):
    """Check that no call carries the text of a missing value (such as ``undefined``) in place of a token.

    Apps send such a text if they use a token response that has no token.
    """

    is_general = True
    expected = "a token from a token response, or no call"
    source = "token.field"
    fix = "before you store a token, check that the response of POST /v1/token contains it as a string"

    def examine(self, journal: Journal) -> Finding:
        """Check the tokens that calls carry after an unusual token response."""
        unusual = [call for call in bitten_by(journal) if call.route == "token" and call.status == 200]
        if not unusual:
            return self.inconclusive("no token response was unusual")
        later = [call for call in calls(journal) if call.number > unusual[0].number and call.route != "token"]
        wrong = [call for call in later if header(call.request_headers, "authorization") and bearer(call) in WORDS]
        if wrong:
            observed = f"{wrong[0].route} was called with {bearer(wrong[0])!r} as its token"
            lines = sorted({f"{call.method} {call.route}: Bearer {bearer(call)}" for call in wrong})
            return self.fails(observed, evidence=tuple(lines))
        return self.passes("no call carried the text of a missing value as its token", examined=routes_of(unusual))
