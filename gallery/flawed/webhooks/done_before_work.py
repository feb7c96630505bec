"""Marks a message as done before its work has succeeded: what fails after that is never tried again."""

from reference_app import app, failpoints, inbox, sync
from reference_app.fiskil.limits import Deadline
from reference_app.worker import MESSAGE_DEADLINE_S, Worker

_at_work = set()
_pending = inbox.pending


async def process(self, message):
    """Mark first, work later."""
    _at_work.add(message)
    try:
        await self._database.write(inbox.finish, message)
        failpoints.trip("before")
        news = await self.reader.read_for(message, Deadline.after(MESSAGE_DEADLINE_S))
        await self._database.write(change, message, news)
        failpoints.trip("after")
    finally:
        _at_work.discard(message)


def change(tx, message, news):
    """The effects alone."""
    sync.apply_message(tx, message, news)
    failpoints.trip("midway")
    inbox.record(tx, message)


def pending(tx, end_user_id=""):
    """What is worked on is pending too."""
    return _pending(tx, end_user_id) + sum(end_user_id in {"", one.end_user_id} for one in _at_work)


Worker.process, inbox.pending = process, pending
build = app.build
