"""Does the app present the key pair of its environment, and no other?"""

from typing import Any, ClassVar

import msgspec

from fiskil_harness.core.model.findings import Finding
from fiskil_harness.journal import Exchange, Journal, KeyInUse
from fiskil_harness.journal.queries.api_calls import calls
from fiskil_harness.probes.probe import PlainProbe

CLIENT_SECRET_IN_ENV = "{client_secret} in [app.env]"


class UsesConfiguredKey(PlainProbe, frozen=True, kw_only=True, tag="uses_configured_key"):
    """After the app was started with a new pair, every exchange of a token carries that one and never another."""

    expected: ClassVar[str] = "the pair that stands in the environment, at once and alone"
    source: ClassVar[str] = "token.exchange"
    fix: ClassVar[str] = "read the key pair from the environment or a secrets manager at start, and keep it nowhere else"

    def examine(self, journal: Journal) -> Finding:
        """Compare each exchange with what the app was started with at that time."""
        given = journal.all(KeyInUse)
        if not given or not given[-1].is_in_env:
            return self.inconclusive(
                "the config does not put the client secret into the app's environment", hook=CLIENT_SECRET_IN_ENV
            )
        if given[0] is given[-1]:
            return self.inconclusive("the app was given one key alone")
        since = [call for call in calls(journal, "token") if call.at_s >= given[-1].at_s]
        presented = {presented_by(call) for call in since} - {""}
        if not presented:
            return self.inconclusive("the app exchanged no token after it was given another key")
        others = presented - {given[-1].client_secret}
        if others:
            is_first = given[0].client_secret in others
            what = "the key that it had before" if is_first else "a key that is in no environment of its"
            return self.fails(f"the app presented {what}, after it was started with another", evidence=("POST token",))
        return self.passes("the app presented the key of its environment, and no other", examined=1)


def presented_by(call: Exchange) -> str:
    """The client secret that an exchange of a token carried."""
    try:
        told: Any = msgspec.json.decode(call.request_body)
    except (msgspec.DecodeError, RecursionError):
        return ""
    secret = told.get("client_secret") if isinstance(told, dict) else ""
    return secret if isinstance(secret, str) else ""
