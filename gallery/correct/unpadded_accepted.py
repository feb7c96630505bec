"""Takes the signature with its padding or without: both spell the same digest, and nothing else does."""

from reference_app import app, signature


def is_genuine(body, signatures, key):
    """As it is sent, or without its one equals sign."""
    return len(signatures) == 1 and any(
        signature.hmac.compare_digest(expected, signatures[0].encode("latin-1", "replace"))
        for expected in (signature.sign(body, key), signature.sign(body, key).rstrip(b"="))
    )


signature.is_genuine = is_genuine
build = app.build
