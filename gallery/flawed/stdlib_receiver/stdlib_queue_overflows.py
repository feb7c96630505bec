"""Acknowledges messages that do not fit into its queue of four.

Respond 503 if you cannot take more, so that Fiskil sends the message again.
"""

import contextlib
import queue
import threading
import time

from correct import stdlib_receiver

WORK_S = 0.02
_waiting = queue.Queue(maxsize=4)
_keep = stdlib_receiver.Receiver.keep
_effects = stdlib_receiver.effects


def keep(self, message):
    """Put the message into the queue, if there is space."""
    with contextlib.suppress(queue.Full):
        _waiting.put_nowait(message)
    return 204


def work():
    while True:
        message = _waiting.get()
        time.sleep(WORK_S)
        _keep(None, message)
        _waiting.task_done()


def effects(database, end_user_id):
    return {**_effects(database, end_user_id), "pending": _waiting.unfinished_tasks}


stdlib_receiver.effects = effects
stdlib_receiver.Receiver.keep = keep
threading.Thread(target=work, daemon=True).start()
stdlib_receiver.serve()
