"""Does the app use only the key pair from its environment?"""

from fiskil_harness.journal import Journal, KeyInUse, KeyPresented, SecretsSearched
from fiskil_harness.probes.probe import Finding, Probe

CLIENT_SECRET_IN_ENV = "{client_secret} in [app.env]"


class UsesConfiguredKey(Probe, frozen=True, kw_only=True, tag="uses_configured_key"):
    """Check that every token request carries the new key pair after the app was restarted with a new key pair."""

    is_general = True
    expected = "only the key pair in the environment, from the first token request on"
    source = "token.exchange"
    fix = "read the key pair from the environment or a secrets manager at start, and store it nowhere else"

    def examine(self, journal: Journal) -> Finding:
        """Compare each token request with the key pair that the app was last started with."""
        keys = journal.all(KeyInUse)
        if not keys or not keys[-1].is_in_env:
            return self.inconclusive(
                "the config does not put the client secret into the app's environment", hook=CLIENT_SECRET_IN_ENV
            )
        if keys[0] is keys[-1]:
            return self.inconclusive("the app was started with a single key")
        if not journal.all(SecretsSearched):
            raise ValueError("the journal was not searched for secrets")
        presented = {request.key for request in journal.all(KeyPresented) if request.at_s >= keys[-1].at_s}
        if not presented:
            return self.inconclusive("the app requested no token after it was started with a new key")
        others = presented - {len(keys) - 1}
        if others:
            key = "its previous API key" if 0 in others else "an API key that is not in its environment"
            return self.fails(f"the app sent {key} after it was started with a new one", evidence=("POST token",))
        return self.passes("the app sent only the API key in its environment", examined=1)
