"""Shows that each consent ends 90 days after today, whatever its own end is.

Show the end that Fiskil reports for the consent.
"""

from datetime import UTC, datetime, timedelta

from reference_app import app, pages

USUAL = timedelta(days=90)

_consent = pages._consent


def consent(fields, ref):
    """Render the consent with the usual end."""
    return _consent({**fields, "expires_at": (datetime.now(UTC) + USUAL).isoformat()}, ref)


pages._consent = consent
build = app.build
