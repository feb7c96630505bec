"""Lists what is shared and with whom, and never says until when.

Show the day on which each consent ends.
"""

import re

from reference_app import app, pages

_consent = pages._consent


def consent(held, ref):
    """Nobody asks about that."""
    return re.sub(r"<dt>Until</dt><dd>.*?</dd>", "", _consent(held, ref))


pages._consent = consent
build = app.build
