"""Shows three confirmation dialogs before it ends a consent.

Require one click and at most one confirmation.
"""

from reference_app import app, layout, pages

_consent = pages._consent
QUESTIONS = ("Are you sure?", "Your budget will be gone. Go on?", "We would miss you. Really stop?")


def consent(details, ref):
    """Add three confirmations to the form."""
    confirmations = " && ".join(f"confirm('{question}')" for question in QUESTIONS)
    return _consent(details, ref).replace('<form method="post"', f'<form method="post" onsubmit="return {confirmations}"')


layout._HEADERS["Content-Security-Policy"] = "default-src 'none'; style-src 'unsafe-inline'; script-src 'unsafe-inline'"
pages._consent = consent
build = app.build
