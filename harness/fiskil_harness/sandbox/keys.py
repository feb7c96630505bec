"""Additional API keys, which tests of key rotation need."""

from fiskil_harness.sandbox.store import Store


def mint(store: Store) -> str:
    """Create an API key that is accepted in addition to the existing keys, and return its secret."""
    with store.lock:
        secret = "fsk_" + store.mint.secret()
        store.secrets[secret] = "accepted"
        return secret


def revoke(store: Store, client_secret: str) -> None:
    """Revoke one API key; tokens that were issued for it become invalid."""
    with store.lock:
        store.secrets[client_secret] = "revoked"
