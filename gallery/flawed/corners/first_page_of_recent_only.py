"""Reads only the first page after banking.transactions.recent.sync.completed, as if it were complete.

Read the whole list after each event about transactions.
"""

from contextvars import ContextVar

from reference_app import app
from reference_app.fiskil import paging
from reference_app.sync import Reader

_read_for, _following = Reader.read_for, paging.following
_is_recent = ContextVar("is_recent", default=False)


async def read_for(self, message, deadline):
    """Note whether the message announces recent transactions, and read."""
    _is_recent.set(message.event == "banking.transactions.recent.sync.completed")
    return await _read_for(self, message, deadline)


def following(link, current):
    """Return the next page; none for recent transactions."""
    return "" if _is_recent.get() else _following(link, current)


Reader.read_for = read_for
paging.following = following
build = app.build
