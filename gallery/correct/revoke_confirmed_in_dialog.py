"""Requires a confirmation in a browser dialog before it ends a consent.

Its Content-Security-Policy allows the script that opens the dialog.
"""

from reference_app import app, layout, pages

_consent = pages._consent


def consent(details, ref):
    """Add the confirmation to the form."""
    return _consent(details, ref).replace(
        '<form method="post"', '<form method="post" onsubmit="return confirm(\'Are you sure?\')"'
    )


layout._HEADERS["Content-Security-Policy"] = "default-src 'none'; style-src 'unsafe-inline'; script-src 'unsafe-inline'"
pages._consent = consent
build = app.build
