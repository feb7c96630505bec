"""From Fiskil into the database: read first, then apply everything in one transaction.

Reading may take long and holds no lock. The transaction checks consents again, because they may have changed meanwhile.
"""

import sqlite3
from collections.abc import Sequence
from dataclasses import dataclass

from reference_app import attempts, consents, customers, datasets, logs, rows
from reference_app.database import Database
from reference_app.datasets import Dataset
from reference_app.fiskil.api import Api
from reference_app.fiskil.errors import Rejected, Unavailable
from reference_app.fiskil.limits import Deadline
from reference_app.fiskil.responses import Consent
from reference_app.message import Message
from reference_app.rows import Reading

CONSENT_ENDED = frozenset({403, 404})
"""Statuses of a read whose consent may have ended; most often the API returns an empty list instead."""


@dataclass(frozen=True)
class ApiData:
    """Data read from Fiskil about one end user: consents, and readings of datasets."""

    consents: tuple[Consent, ...] = ()
    readings: tuple[Reading, ...] = ()


class Reader:
    """Reads from Fiskil what the app stores."""

    def __init__(self, database: Database, api: Api) -> None:
        self._database = database
        self._api = api

    async def read_for(self, message: Message, deadline: Deadline) -> ApiData:
        """Read what a message announces; nothing for unknown end users or unused events.

        Raises:
            FiskilError: The data cannot be read now.
        """
        if not await self._database.read(customers.is_known, message.end_user_id):
            return ApiData()
        if message.event in {"consent.received", "consent.updated"}:
            return ApiData(consents=await self._api.consents(message.end_user_id, deadline))
        dataset = datasets.announced_by(message.event)
        if dataset is None:
            return ApiData()
        listed = await self._look_up(message, deadline)
        if not await self._is_readable(message, listed):
            return ApiData(consents=listed)
        try:
            return ApiData(consents=listed, readings=(await self._read(dataset, message.end_user_id, deadline),))
        except Rejected as error:
            if error.status not in CONSENT_ENDED:
                raise
        # If the consent has ended while the message waited, nothing is left to read; otherwise the refusal is an error.
        listed = await self._api.consents(message.end_user_id, deadline)
        if any(consent.is_active and consent.consent_id == message.consent_id for consent in listed):
            raise Unavailable("data of an active consent is refused")
        return ApiData(consents=listed)

    async def read_all(self, end_user_id: str, deadline: Deadline) -> ApiData:
        """Read consents and every dataset that they cover, now.

        Raises:
            FiskilError: Not everything can be read.
        """
        listed = await self._api.consents(end_user_id, deadline)
        readings = [await self._read(dataset, end_user_id, deadline) for dataset in granted(listed)]
        return ApiData(consents=listed, readings=tuple(readings))

    async def _look_up(self, message: Message, deadline: Deadline) -> tuple[Consent, ...]:
        """Look up a consent that no event has announced; never trust the message alone."""
        if await self._database.read(consents.find, message.consent_id) is not None:
            return ()
        return await self._api.consents(message.end_user_id, deadline)

    async def _is_readable(self, message: Message, listed: Sequence[Consent]) -> bool:
        active = await self._database.read(consents.active_ids, message.end_user_id)
        return message.consent_id in active | {consent.consent_id for consent in listed if consent.is_active}

    async def _read(self, dataset: Dataset, end_user_id: str, deadline: Deadline) -> Reading:
        number = await self._database.write(rows.next_reading_number)
        return Reading(number, dataset, await self._api.rows(dataset, end_user_id, deadline))


def granted(listed: Sequence[Consent]) -> list[Dataset]:
    """Return the datasets that the active consents cover; a consent without known dataset names covers all."""
    active = [consent for consent in listed if consent.is_active]
    return [
        dataset for dataset in datasets.ALL if any(consents.is_covered(consent.datasets, dataset.name) for consent in active)
    ]


def apply_message(tx: sqlite3.Connection, message: Message, news: ApiData) -> str:
    """Apply a message, and what was read because of it, to the database; return a word for the log."""
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


def apply_refresh(tx: sqlite3.Connection, end_user_id: str, news: ApiData) -> list[str]:
    """Make the database agree with Fiskil about one end user; return the consents that have ended."""
    before = consents.active_ids(tx, end_user_id)
    consents.apply_listing(tx, end_user_id, news.consents, adopt={consent.consent_id for consent in news.consents})
    for consent_id in before - {consent.consent_id for consent in news.consents}:
        consents.end(tx, consent_id)
    active = consents.active_ids(tx, end_user_id)
    if active:
        attempts.complete(tx, end_user_id)
    _apply_readings(tx, end_user_id, news, announced=set())
    return sorted(before - active)


def log_outcome(message: Message, outcome: str) -> None:
    """Log one line per finished message; these lines are the record of each consent's lifecycle."""
    logs.write(
        "consent_changed" if message.event in consents.STATUS_AFTER else "message_applied",
        event=message.event,
        outcome=outcome,
        message_id=message.message_id,
        end_user_id=message.end_user_id,
        consent_id=message.consent_id,
    )


def _apply_readings(tx: sqlite3.Connection, end_user_id: str, news: ApiData, announced: set[str]) -> None:
    for reading in news.readings:
        readable = consents.readable(tx, end_user_id, reading.dataset.name)
        consent_ids = rows.replace(tx, end_user_id, reading, readable)
        consents.mark_synced(tx, consent_ids | announced)
