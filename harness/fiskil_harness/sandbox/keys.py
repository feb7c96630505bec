"""Additional API keys, which tests of key rotation need."""

from fiskil_harness.sandbox.store import Store


def mint(store: Store) -> str:
    """Create an additional API key, accepted beside the others, and return its secret."""
    with store.lock:
        secret = "fsk_" + store.mint.secret()
        store.secrets[secret] = "accepted"
        return secret


def revoke(store: Store, client_secret: str) -> None:
    """Revoke one key; its tokens become invalid with it."""
    with store.lock:
        store.secrets[client_secret] = "revoked"
