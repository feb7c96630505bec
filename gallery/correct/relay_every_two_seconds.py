"""Processes its inbox every two seconds: all messages of an end user cause one read, stored in one transaction."""

import asyncio

from reference_app import app, consents, customers, datasets, failpoints, inbox, sync, worker
from reference_app.fiskil.errors import Rejected, Unavailable
from reference_app.fiskil.limits import Deadline
from reference_app.metrics import METRICS
from reference_app.sync import ApiData
from reference_app.worker import Worker

EVERY_S = 2.0


async def take_one(self):
    """Claim everything that is due, and start one sync for each end user."""
    await asyncio.sleep(EVERY_S)
    groups = {}
    while claimed := await self._database.write(inbox.claim):
        groups.setdefault(claimed[0].end_user_id, []).append(claimed)
    for end_user_id, group in groups.items():
        task = asyncio.create_task(sync_group(self, end_user_id, group))
        self._busy.add(task)
        task.add_done_callback(self._busy.discard)


async def sync_group(self, end_user_id, group):
    """Read everything once, and store it with the completion of all messages."""
    messages = [message for message, _ in group]
    try:
        async with self._slots:
            failpoints.trip("before")
            news = await read(self, end_user_id, messages)
            outcomes = await self._database.write(complete, end_user_id, messages, news)
            failpoints.trip("after")
    except Exception as error:
        for message, tries in group:
            await self._failed(message, tries, error)
        return
    for message, outcome in outcomes:
        METRICS.messages["applied"] += 1
        sync.log_outcome(message, outcome)


async def read(self, end_user_id, messages):
    """Read everything if a message announces something about a customer."""
    is_known = await self._database.read(customers.is_known, end_user_id)
    news = [m for m in messages if m.event in {"consent.received", "consent.updated"} or datasets.announced_by(m.event)]
    if not is_known or not news:
        return ApiData()
    deadline = Deadline.after(worker.MESSAGE_DEADLINE_S)
    try:
        return await self.reader.read_all(end_user_id, deadline)
    except Rejected as error:
        if error.status not in sync.CONSENT_ENDED:
            raise
    listed = await self.reader._api.consents(end_user_id, deadline)
    if any(consent.is_active for consent in listed):
        raise Unavailable("data of an active consent is refused")
    return ApiData(consents=listed)


def complete(tx, end_user_id, messages, news):
    """Apply all messages in the order of their publication, then the data."""
    outcomes = []
    for message in sorted(messages, key=lambda message: message.published_us):
        if inbox.finish(tx, message):
            outcome = sync.apply_message(tx, message, ApiData(consents=news.consents))
            outcomes.append((message, "read" if datasets.announced_by(message.event) else outcome))
    failpoints.trip("midway")
    announced = {m.consent_id for m, _ in outcomes if datasets.announced_by(m.event)}
    sync._apply_readings(tx, end_user_id, news, announced & consents.active_ids(tx, end_user_id))
    for message, _ in outcomes:
        inbox.record(tx, message)
    return outcomes


Worker._take_one = take_one
build = app.build
