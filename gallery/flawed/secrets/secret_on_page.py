"""Writes the webhook secret into a hidden field of its first page, as left over from a day of debugging.

A page shows what the customer needs; secrets stay in the server's environment.
"""

import os

from reference_app import app, pages

_connect = pages.connect


def connect(ref):
    """It is hidden, after all."""
    secret = os.environ.get("FISKIL_WEBHOOK_SECRET", "")
    return _connect(ref).replace("</form>", f'<input type="hidden" name="debug" value="{secret}"></form>')


pages.connect = connect
build = app.build
