"""Does the app send only what it got as a token?"""

from typing import ClassVar

from fiskil_harness.core.model.findings import Finding
from fiskil_harness.journal import Journal
from fiskil_harness.journal.queries.api_calls import bearer, bitten_by, calls, header, routes_of
from fiskil_harness.probes.probe import PlainProbe

WORDS = frozenset({"undefined", "null", "None", "nil", "NaN", "[object Object]"})
"""How languages write that there is nothing; no token looks like this."""


class SendsTokensItGot(PlainProbe, frozen=True, kw_only=True, tag="sends_tokens_it_got"):
    """An answer without a token where it is looked for counts as a failure: no call goes out with a mere word for it."""

    expected: ClassVar[str] = "a token that an answer named, or no call"
    source: ClassVar[str] = "token.field"
    fix: ClassVar[str] = "check that the answer of POST /v1/token has a token that is a text, before you keep it"

    def examine(self, journal: Journal) -> Finding:
        """Look at what calls carried after an odd answer."""
        odd = [call for call in bitten_by(journal) if call.route == "token" and call.status == 200]
        if not odd:
            return self.inconclusive("no answer about a token was odd")
        made = [call for call in calls(journal) if call.number > odd[0].number and call.route != "token"]
        wrong = [call for call in made if header(call.request_headers, "authorization") and bearer(call) in WORDS]
        if wrong:
            seen = f"{wrong[0].route} was asked with {bearer(wrong[0])!r} for a token"
            lines = sorted({f"{call.method} {call.route}: Bearer {bearer(call)}" for call in wrong})
            return self.fails(seen, evidence=tuple(lines), examined=routes_of(odd))
        return self.passes("nothing but tokens was sent as one", examined=routes_of(odd))
