"""Lists a login beside each bank, and both have a control of the same name."""

import re

from reference_app import app, pages

_consent = pages._consent


def consent(held, ref):
    """The control of the bank is one of several alike, and only where it stands tells whose it is."""
    shown = re.sub(r' aria-label="[^"]*"', "", _consent(held, ref))
    who = f'<input type="hidden" name="customer" value="{ref}">'
    form = f'<form method="get" action="/connections">{who}<button>Stop sharing</button></form>'
    return f"<section><h2>Google</h2>{form}</section>{shown}"


pages._consent = consent
build = app.build
