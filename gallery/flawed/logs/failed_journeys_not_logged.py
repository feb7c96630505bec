"""Shows a page after a failed journey, but logs nothing about the failure.

Log error_type, error_id, session_id and end_user_id of each failed journey.
"""

from reference_app import app, logs

_warn = logs.warn


def warn(event_type, **fields):
    """Drop the lines about failed journeys."""
    if event_type != "journey_failed":
        _warn(event_type, **fields)


logs.warn = warn
build = app.build
