"""Commits effects and completion in two transactions, so a failure between them repeats the effects.

Commit effects and completion in one transaction.
"""

from reference_app import app, failpoints, inbox, sync
from reference_app.fiskil.limits import Deadline
from reference_app.worker import MESSAGE_DEADLINE_S, Worker


async def process(self, message):
    """Commit the effects, then the completion."""
    failpoints.trip("before")
    news = await self.reader.read_for(message, Deadline.after(MESSAGE_DEADLINE_S))
    await self._database.write(change, message, news)
    failpoints.trip("midway")
    failpoints.trip("after")
    await self._database.write(inbox.finish, message)


def change(tx, message, news):
    """Write the effects without the completion."""
    sync.apply_message(tx, message, news)
    inbox.record(tx, message)


Worker.process = process
build = app.build
