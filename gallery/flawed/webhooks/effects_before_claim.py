"""Commits the effects of a message first and marks it as done in a second transaction: a failure in between repeats them."""

from reference_app import app, failpoints, inbox, sync
from reference_app.fiskil.limits import Deadline
from reference_app.worker import MESSAGE_DEADLINE_S, Worker


async def process(self, message):
    """Two transactions where there must be one."""
    failpoints.trip("before")
    news = await self.reader.read_for(message, Deadline.after(MESSAGE_DEADLINE_S))
    await self._database.write(change, message, news)
    failpoints.trip("midway")
    failpoints.trip("after")
    await self._database.write(inbox.finish, message)


def change(tx, message, news):
    """The effects alone."""
    sync.apply_message(tx, message, news)
    inbox.record(tx, message)


Worker.process = process
build = app.build
