"""Asks by the browser's own window before it ends a consent, which is a press too.

Its pages may run scripts, which the question needs.
"""

from reference_app import app, layout, pages

_consent = pages._consent


def consent(held, ref):
    """Are you sure?"""
    return _consent(held, ref).replace(
        '<form method="post"', '<form method="post" onsubmit="return confirm(\'Are you sure?\')"'
    )


layout._HEADERS["Content-Security-Policy"] = "default-src 'none'; style-src 'unsafe-inline'; script-src 'unsafe-inline'"
pages._consent = consent
build = app.build
