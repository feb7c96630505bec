"""Claims a message before it responds 503 because it is busy, and ignores the retry.

Check the capacity first, or release the claim with the refusal.
"""

import threading
import time

from correct import stdlib_receiver

WORK_S = 0.03
_capacity = threading.Semaphore(4)
_seen = set()
_keep = stdlib_receiver.Receiver.keep


def keep(self, message):
    """Process at most four messages at once."""
    is_known = message["message_id"] in _seen
    _seen.add(message["message_id"])
    if is_known:
        return 204
    if not _capacity.acquire(blocking=False):
        return 503
    try:
        time.sleep(WORK_S)
        return _keep(self, message)
    finally:
        _capacity.release()


stdlib_receiver.Receiver.keep = keep
stdlib_receiver.serve()
