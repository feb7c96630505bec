"""API keys besides the one that the app was given first: what a rotation needs."""

from fiskil_harness.sandbox.store import Store


def mint(store: Store) -> str:
    """A further key, accepted beside the others; its secret."""
    with store.lock:
        secret = "fsk_" + store.mint.secret()
        store.secrets[secret] = "accepted"
        return secret


def revoke(store: Store, client_secret: str) -> None:
    """End one key; its tokens die with it."""
    with store.lock:
        store.secrets[client_secret] = "revoked"
