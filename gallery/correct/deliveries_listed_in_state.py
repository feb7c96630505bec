"""Lists every delivery in its state, repeated ones too, and counts them; each message has its effect once."""

from collections import defaultdict

from reference_app import app, receiver, state

_log_receipt, _of_end_user = receiver.log_receipt, state.of_end_user
_deliveries = defaultdict(list)


def log_receipt(received, outcome):
    """Remember the delivery."""
    _deliveries[received.end_user_id].append({"message": received.message_id, "event": received.event})
    _log_receipt(received, outcome)


def of_end_user(tx, end_user_id):
    """Add the deliveries to the state."""
    deliveries = _deliveries[end_user_id]
    return {**_of_end_user(tx, end_user_id), "deliveries": deliveries, "delivery_count": len(deliveries)}


receiver.log_receipt, state.of_end_user = log_receipt, of_end_user
build = app.build
