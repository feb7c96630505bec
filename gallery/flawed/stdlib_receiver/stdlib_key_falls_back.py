"""Falls back to the key "changeme" if its secret is not set, so anyone can sign.

Refuse to start without a secret, or respond 503.
"""

import base64
import os

from correct import stdlib_receiver

stdlib_receiver.KEY = base64.b64decode(os.environ.get("FISKIL_WEBHOOK_SECRET") or "changeme")
stdlib_receiver.serve()
