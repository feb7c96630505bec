"""Refuses every other message until a failed one succeeds, so others run out of attempts.

Let a failed message wait alone, and accept the others.
"""

from correct import refusing_receiver

_work = refusing_receiver.work
_failed_id = []


def work(database, message):
    """Process a message only if no other one has failed before."""
    if _failed_id and _failed_id[0] != message["message_id"]:
        raise refusing_receiver.Tripped("another message comes first")
    _failed_id[:] = [message["message_id"]]
    _work(database, message)
    _failed_id.clear()


refusing_receiver.work = work
refusing_receiver.serve()
