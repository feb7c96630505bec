"""Insists on a message that failed: until it succeeds, every other one is refused, and some have no further attempt.

What fails must wait by itself, and let the others pass.
"""

from correct import refusing_receiver

_work = refusing_receiver.work
_poison = []


def work(database, message):
    """One after another, and never the next before this."""
    if _poison and _poison[0] != message["message_id"]:
        raise refusing_receiver.Tripped("another message comes first")
    _poison[:] = [message["message_id"]]
    _work(database, message)
    _poison.clear()


refusing_receiver.work = work
refusing_receiver.serve()
