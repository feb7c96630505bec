"""Lists a login beside each bank, with a control of the same name."""

import re

from reference_app import app, pages

_consent = pages._consent


def consent(details, ref):
    """Add a section with an equal control; only its place shows which one belongs to the bank."""
    section = re.sub(r' aria-label="[^"]*"', "", _consent(details, ref))
    ref_field = f'<input type="hidden" name="customer" value="{ref}">'
    form = f'<form method="get" action="/connections">{ref_field}<button>Stop sharing</button></form>'
    return f"<section><h2>Google</h2>{form}</section>{section}"


pages._consent = consent
build = app.build
