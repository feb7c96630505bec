"""Asks three times by the browser's own window before it ends a consent: four presses.

One press, and at most one question.
"""

from reference_app import app, layout, pages

_consent = pages._consent
QUESTIONS = ("Are you sure?", "Your budget will be gone. Go on?", "We would miss you. Really stop?")


def consent(held, ref):
    """One question after another."""
    asked = " && ".join(f"confirm('{one}')" for one in QUESTIONS)
    return _consent(held, ref).replace('<form method="post"', f'<form method="post" onsubmit="return {asked}"')


layout._HEADERS["Content-Security-Policy"] = "default-src 'none'; style-src 'unsafe-inline'; script-src 'unsafe-inline'"
pages._consent = consent
build = app.build
