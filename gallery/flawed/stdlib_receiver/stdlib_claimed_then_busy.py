"""Remembers a message, and only then sees that it is too busy for it; to the retry it says that it has had it.

Look for room first, or release the claim with the refusal.
"""

import threading
import time

from correct import stdlib_receiver

WORK_S = 0.03
_room = threading.Semaphore(4)
_seen = set()
_keep = stdlib_receiver.Receiver.keep


def keep(self, message):
    """Busy with four at once."""
    is_known = message["message_id"] in _seen
    _seen.add(message["message_id"])
    if is_known:
        return 204
    if not _room.acquire(blocking=False):
        return 503
    try:
        time.sleep(WORK_S)
        return _keep(self, message)
    finally:
        _room.release()


stdlib_receiver.Receiver.keep = keep
stdlib_receiver.serve()
