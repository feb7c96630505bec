"""Shows what is shared with each bank, but not until when.

Show the day on which each consent ends.
"""

import re

from reference_app import app, pages

_consent = pages._consent


def consent(details, ref):
    """Remove the end date from the consent."""
    return re.sub(r"<dt>Until</dt><dd>.*?</dd>", "", _consent(details, ref))


pages._consent = consent
build = app.build
