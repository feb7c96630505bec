"""Marks a message as done before its work, so a failure during the work is never retried.

Mark a message as done in the transaction that writes its effects.
"""

from reference_app import app, failpoints, inbox, sync
from reference_app.fiskil.limits import Deadline
from reference_app.worker import MESSAGE_DEADLINE_S, Worker

_in_progress = set()
_pending = inbox.pending


async def process(self, message):
    """Mark the message as done, then do its work."""
    _in_progress.add(message)
    try:
        await self._database.write(inbox.finish, message)
        failpoints.trip("before")
        news = await self.reader.read_for(message, Deadline.after(MESSAGE_DEADLINE_S))
        await self._database.write(change, message, news)
        failpoints.trip("after")
    finally:
        _in_progress.discard(message)


def change(tx, message, news):
    """Write the effects without the completion."""
    sync.apply_message(tx, message, news)
    failpoints.trip("midway")
    inbox.record(tx, message)


def pending(tx, end_user_id=""):
    """Count messages in progress as pending."""
    return _pending(tx, end_user_id) + sum(end_user_id in {"", message.end_user_id} for message in _in_progress)


Worker.process, inbox.pending = process, pending
build = app.build
