"""Writes the signature that it had expected into its log whenever another one came, and with it a forgery that works.

Whoever reads the log can send that very body with that signature. Log that it did not match, and the sender's address.
"""

import base64
import hashlib
import hmac

from correct import stdlib_receiver

_is_genuine = stdlib_receiver.is_genuine


def is_genuine(body, signatures):
    """Compare, and say why not."""
    if _is_genuine(body, signatures):
        return True
    expected = base64.b64encode(hmac.digest(stdlib_receiver.KEY, body, hashlib.sha256)).decode()
    print(f"signature mismatch: expected {expected}, got {signatures!a}", flush=True)
    return False


stdlib_receiver.is_genuine = is_genuine
stdlib_receiver.serve()
