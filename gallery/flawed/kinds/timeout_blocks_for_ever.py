"""Treats a customer as unconnected for ever after their institution has timed out once.

Let every consent that Fiskil reports connect the customer, whatever happened before.
"""

from reference_app import app, journeys, state

blocked = set()

_explain, _connection, _find = journeys.failures.explain, state.connection, journeys.attempts.close


def close(tx, attempt, status):
    """Remember customers whose attempt has failed because of a timeout."""
    if status == "timed out":
        blocked.add(attempt.end_user_id)
    return _find(tx, attempt, "failed" if status == "timed out" else status)


def explain(error_type):
    """Mark a timeout with a status of its own."""
    from dataclasses import replace

    explanation = _explain(error_type)
    return replace(explanation, status="timed out") if error_type == "CONSENT_TIMEOUT" else explanation


def connection(tx, end_user_id):
    """Report a blocked customer as failed."""
    return "failed" if end_user_id in blocked else _connection(tx, end_user_id)


journeys.attempts.close = close
journeys.failures.explain = explain
state.connection = connection
build = app.build
