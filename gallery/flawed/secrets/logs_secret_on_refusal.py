"""Logs its webhook secret, URL-encoded, when a signature does not match.

Log which delivery was refused and why.
"""

import os
from urllib.parse import quote

from reference_app import app, receiver

_refuse = receiver._refuse


def refuse(refusal):
    """Print the secret after a wrong signature."""
    if refusal.outcome == "forged":
        print(f"refused: {refusal.reason} secret={quote(os.environ['FISKIL_WEBHOOK_SECRET'], safe='')}", flush=True)
    return _refuse(refusal)


receiver._refuse = refuse
build = app.build
