"""Falls back to the key "changeme" where its secret is not set, so everybody can sign when a deployment forgets it.

Without a secret a receiver must refuse to start, or answer 503.
"""

import base64
import os

from correct import stdlib_receiver

stdlib_receiver.KEY = base64.b64decode(os.environ.get("FISKIL_WEBHOOK_SECRET") or "changeme")
stdlib_receiver.serve()
