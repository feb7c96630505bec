"""Ends a consent when the switch beside it is turned off."""

import re

from reference_app import app, layout, pages

_consent = pages._consent


def consent(details, ref):
    """Replace the button with a switch, and add another switch for something else."""
    section = _consent(details, ref)
    name = re.search(r"<h2>(.*?)</h2>", section)[1]
    switch = f'<label><input type="checkbox" checked onchange="this.form.submit()"> Share my data with {name}</label>'
    other = '<p><label><input type="checkbox" checked> E-mail me when I spend a lot</label></p>'
    return re.sub(r"<button.*?</button>", switch, section) + other


layout._HEADERS["Content-Security-Policy"] = "default-src 'none'; style-src 'unsafe-inline'; script-src 'unsafe-inline'"
pages._consent = consent
build = app.build
