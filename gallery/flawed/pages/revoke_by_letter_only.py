"""Offers no control to end a consent, and requires a letter instead.

Give each consent a control that ends it.
"""

import re

from reference_app import app, pages

_consent = pages._consent


def consent(details, ref):
    """Replace the form with a request to write."""
    return re.sub(r"<form.*?</form>", "<p>To end it, please write to us.</p>", _consent(details, ref))


pages._consent = consent
build = app.build
