"""Lists each delivery with its size and its time in the state, as a page for support does."""

import time
from collections import defaultdict

from reference_app import app, message, state

_parse, _of_end_user = message.parse, state.of_end_user
_deliveries = defaultdict(list)


def parse(body):
    """Remember the size of a verified body."""
    received = _parse(body)
    _deliveries[received.end_user_id].append({"event": received.event, "bytes": len(body), "at": int(time.time() * 1000)})
    return received


def of_end_user(tx, end_user_id):
    """Add the deliveries, and the sum of their sizes."""
    deliveries = _deliveries[end_user_id]
    total = sum(delivery["bytes"] for delivery in deliveries)
    return {**_of_end_user(tx, end_user_id), "deliveries": deliveries, "bytes_received": total}


message.parse, state.of_end_user = parse, of_end_user
build = app.build
