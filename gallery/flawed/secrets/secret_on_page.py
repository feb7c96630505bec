"""Writes the webhook secret into a hidden field of its connect page.

Keep secrets in the server's environment.
"""

import os

from reference_app import app, pages

_connect = pages.connect


def connect(ref):
    """Add the secret to the form."""
    secret = os.environ.get("FISKIL_WEBHOOK_SECRET", "")
    return _connect(ref).replace("</form>", f'<input type="hidden" name="debug" value="{secret}"></form>')


pages.connect = connect
build = app.build
