"""Writes its webhook secret into its log when a signature does not match, URL-encoded as its settings page shows it.

As long as all goes well nothing is to be seen; log which delivery was refused and why.
"""

import os
from urllib.parse import quote

from reference_app import app, receiver

_refuse = receiver._refuse


def refuse(refusal):
    """Say what it was compared with."""
    if refusal.outcome == "forged":
        print(f"refused: {refusal.reason} secret={quote(os.environ['FISKIL_WEBHOOK_SECRET'], safe='')}", flush=True)
    return _refuse(refusal)


receiver._refuse = refuse
build = app.build
