"""Logs the expected signature when another one arrives.

Log that it did not match, and the sender's address. A reader of this log can send that body with a valid signature.
"""

import base64
import hashlib
import hmac

from correct import stdlib_receiver

_is_genuine = stdlib_receiver.is_genuine


def is_genuine(body, signatures):
    """Print the correct signature after a mismatch."""
    if _is_genuine(body, signatures):
        return True
    expected = base64.b64encode(hmac.digest(stdlib_receiver.KEY, body, hashlib.sha256)).decode()
    print(f"signature mismatch: expected {expected}, got {signatures!a}", flush=True)
    return False


stdlib_receiver.is_genuine = is_genuine
stdlib_receiver.serve()
