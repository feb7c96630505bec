"""From Fiskil into the database: read first, then apply everything in one transaction.

Reading takes as long as it takes and holds no lock; applying decides again, because the world may have moved meanwhile.
"""

import sqlite3
from collections.abc import Sequence
from dataclasses import dataclass

from reference_app import attempts, consents, customers, datasets, logs, rows
from reference_app.database import Database
from reference_app.datasets import Dataset
from reference_app.fiskil.answers import Consent
from reference_app.fiskil.api import Api
from reference_app.fiskil.errors import Rejected, Unavailable
from reference_app.fiskil.limits import Deadline
from reference_app.message import Message
from reference_app.rows import Reading

OVER = frozenset({403, 404})
"""How a reading may be refused when the consent behind it is over; most often it answers with an empty list."""


@dataclass(frozen=True)
class News:
    """What was read from Fiskil about one end user."""

    consents: tuple[Consent, ...] = ()
    readings: tuple[Reading, ...] = ()


class Reader:
    """Reads what the app keeps."""

    def __init__(self, database: Database, api: Api) -> None:
        self._database = database
        self._api = api

    async def read_for(self, message: Message, deadline: Deadline) -> News:
        """Read what a message makes worth reading; nothing for people we do not know or events we do not use.

        Raises:
            FiskilError: It cannot be read now.
        """
        if not await self._database.read(customers.is_known, message.end_user_id):
            return News()
        if message.event in {"consent.received", "consent.updated"}:
            return News(consents=await self._api.consents(message.end_user_id, deadline))
        dataset = datasets.announced_by(message.event)
        if dataset is None:
            return News()
        listed = await self._look_up(message, deadline)
        if not await self._is_readable(message, listed):
            return News(consents=listed)
        try:
            return News(consents=listed, readings=(await self._read(dataset, message.end_user_id, deadline),))
        except Rejected as error:
            if error.status not in OVER:
                raise
        # Either the consent has ended while the message waited, and nothing is left to read, or something is wrong.
        listed = await self._api.consents(message.end_user_id, deadline)
        if any(one.is_active and one.consent_id == message.consent_id for one in listed):
            raise Unavailable("data of an active consent is refused")
        return News(consents=listed)

    async def read_all(self, end_user_id: str, deadline: Deadline) -> News:
        """Read consents and every dataset they cover, now.

        Raises:
            FiskilError: Not everything can be read.
        """
        listed = await self._api.consents(end_user_id, deadline)
        readings = [await self._read(dataset, end_user_id, deadline) for dataset in granted(listed)]
        return News(consents=listed, readings=tuple(readings))

    async def _look_up(self, message: Message, deadline: Deadline) -> tuple[Consent, ...]:
        """A consent nobody told us of is looked up, never just believed."""
        if await self._database.read(consents.find, message.consent_id) is not None:
            return ()
        return await self._api.consents(message.end_user_id, deadline)

    async def _is_readable(self, message: Message, listed: Sequence[Consent]) -> bool:
        active = await self._database.read(consents.active_ids, message.end_user_id)
        return message.consent_id in active | {one.consent_id for one in listed if one.is_active}

    async def _read(self, dataset: Dataset, end_user_id: str, deadline: Deadline) -> Reading:
        number = await self._database.write(rows.next_reading_number)
        return Reading(number, dataset, await self._api.rows(dataset, end_user_id, deadline))


def granted(listed: Sequence[Consent]) -> list[Dataset]:
    """The datasets that the active consents cover; a consent that names none we know is taken to cover all."""
    active = [one for one in listed if one.is_active]
    return [one for one in datasets.ALL if any(consents.is_covered(consent.datasets, one.name) for consent in active)]


def apply_message(tx: sqlite3.Connection, message: Message, news: News) -> str:
    """Let a message and what was read because of it change the database; returns a word for the log."""
    if not customers.is_known(tx, message.end_user_id):
        return "foreign"
    outcome = "ignored"
    if message.event in consents.STATUS_AFTER:
        outcome = consents.apply_event(tx, message)
        if message.event != "consent.revoked" and outcome != "foreign":
            attempts.complete(tx, message.end_user_id)
    elif news.readings:
        outcome = "read"
    consents.apply_listing(tx, message.end_user_id, news.consents, adopt={message.consent_id})
    if message.consent_id in consents.active_ids(tx, message.end_user_id):
        _apply_readings(tx, message.end_user_id, news, announced={message.consent_id})
    return outcome


def apply_refresh(tx: sqlite3.Connection, end_user_id: str, news: News) -> list[str]:
    """Make the database agree with Fiskil about one end user; returns the consents found to have ended."""
    before = consents.active_ids(tx, end_user_id)
    consents.apply_listing(tx, end_user_id, news.consents, adopt={one.consent_id for one in news.consents})
    for consent_id in before - {one.consent_id for one in news.consents}:
        consents.end(tx, consent_id)
    active = consents.active_ids(tx, end_user_id)
    if active:
        attempts.complete(tx, end_user_id)
    _apply_readings(tx, end_user_id, news, announced=set())
    return sorted(before - active)


def log_outcome(message: Message, outcome: str) -> None:
    """One line per finished message; for a consent's life this is the record."""
    logs.write(
        "consent_changed" if message.event in consents.STATUS_AFTER else "message_applied",
        event=message.event,
        outcome=outcome,
        message_id=message.message_id,
        end_user_id=message.end_user_id,
        consent_id=message.consent_id,
    )


def _apply_readings(tx: sqlite3.Connection, end_user_id: str, news: News, announced: set[str]) -> None:
    for reading in news.readings:
        readable = consents.readable(tx, end_user_id, reading.dataset.name)
        seen = rows.replace(tx, end_user_id, reading, readable)
        consents.mark_synced(tx, seen | announced)
