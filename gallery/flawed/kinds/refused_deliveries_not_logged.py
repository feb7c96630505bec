"""Logs failed processing, but refuses a message without a line in the log if the database is down.

Log message_id and reason whenever a message cannot be accepted.
"""

from reference_app import app, receiver
from reference_app.metrics import METRICS
from starlette.responses import Response


def refuse(refusal):
    """Count the refusal and respond without a log line."""
    METRICS.count_delivery(refusal.outcome)
    return Response(status_code=refusal.status)


receiver._refuse = refuse
build = app.build
