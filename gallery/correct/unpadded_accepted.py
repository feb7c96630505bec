"""Accepts a signature with or without its base64 padding.

Both forms encode the same digest, and no other text does.
"""

from reference_app import app, signature


def is_genuine(body, signatures, key):
    """Compare with the padded and with the unpadded signature."""
    return len(signatures) == 1 and any(
        signature.hmac.compare_digest(expected, signatures[0].encode("latin-1", "replace"))
        for expected in (signature.sign(body, key), signature.sign(body, key).rstrip(b"="))
    )


signature.is_genuine = is_genuine
build = app.build
