"""Takes SHA-256 of the secret and the body for a signature: such a hash can be extended by strangers, and is not what comes.

HMAC-SHA256 under the decoded secret is what Fiskil sends, in base64.
"""

import hashlib
import os

from correct import stdlib_receiver

SECRET = os.environ.get("FISKIL_WEBHOOK_SECRET", "").encode()


def is_genuine(body, signatures):
    """A hash of both, in hex."""
    return signatures == [hashlib.sha256(SECRET + body).hexdigest()]


stdlib_receiver.is_genuine = is_genuine
stdlib_receiver.serve()
