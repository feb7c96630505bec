"""Has a switch beside each consent, which stands on: whoever turns it off has ended it."""

import re

from reference_app import app, layout, pages

_consent = pages._consent


def consent(held, ref):
    """On, until it is over; and another switch that has nothing to do with it."""
    shown = _consent(held, ref)
    name = re.search(r"<h2>(.*?)</h2>", shown)[1]
    switch = f'<label><input type="checkbox" checked onchange="this.form.submit()"> Share my data with {name}</label>'
    other = '<p><label><input type="checkbox" checked> E-mail me when I spend a lot</label></p>'
    return re.sub(r"<button.*?</button>", switch, shown) + other


layout._HEADERS["Content-Security-Policy"] = "default-src 'none'; style-src 'unsafe-inline'; script-src 'unsafe-inline'"
pages._consent = consent
build = app.build
