"""The worker: takes messages from the inbox and writes effect and completion in one transaction.

A message that fails is retried after a growing delay and never delays others. After a bounded number of tries it is
left to people.
"""

import asyncio
import contextlib
import random
import sqlite3
from collections.abc import Callable

from reference_app import alerts, failpoints, inbox, logs, sync
from reference_app.database import Database
from reference_app.fiskil.errors import FiskilError, Rejected
from reference_app.fiskil.limits import Deadline
from reference_app.message import Message
from reference_app.metrics import METRICS
from reference_app.sync import ApiData, Reader

AT_ONCE = 4
MOST_TRIES = 8
MESSAGE_DEADLINE_S = 30.0
LONGEST_SLEEP_S = 1.0
FIRST_DELAY_S = 0.25
LONGEST_DELAY_S = 5.0


class Worker:
    """The worker of one process; several processes may share the inbox."""

    def __init__(self, database: Database, reader: Reader) -> None:
        self._database = database
        self.reader = reader
        self._woken = asyncio.Event()
        self._slots = asyncio.Semaphore(AT_ONCE)
        self._busy: set[asyncio.Task[None]] = set()

    def wake(self) -> None:
        """Notify the worker that the inbox has changed."""
        self._woken.set()

    async def run(self) -> None:
        """Process messages until cancelled, starting with those that an earlier process left unfinished."""
        with contextlib.suppress(sqlite3.Error):
            await self._database.write(inbox.release)
        while True:
            try:
                await self._take_one()
            except Exception as error:
                logs.warn("worker_trouble", reason=logs.where(error))
                await asyncio.sleep(LONGEST_SLEEP_S)

    async def stop(self) -> None:
        """Cancel the work in progress; its messages stay in the inbox."""
        for task in self._busy:
            task.cancel()
        await asyncio.gather(*self._busy, return_exceptions=True)

    async def _take_one(self) -> None:
        self._woken.clear()
        await self._slots.acquire()
        try:
            claimed = await self._database.write(inbox.claim)
        except BaseException:
            self._slots.release()
            raise
        if claimed is None:
            self._slots.release()
            await self._sleep()
            return
        task = asyncio.create_task(self._work(*claimed))
        self._busy.add(task)
        task.add_done_callback(self._busy.discard)

    async def _sleep(self) -> None:
        due_s = await self._database.read(inbox.seconds_until_due)
        sleep_s = LONGEST_SLEEP_S if due_s is None else min(due_s + 0.001, LONGEST_SLEEP_S)
        with contextlib.suppress(TimeoutError):
            await asyncio.wait_for(self._woken.wait(), sleep_s)

    async def _work(self, message: Message, tries: int) -> None:
        try:
            await self.process(message)
        except Exception as error:
            await self._failed(message, tries, error)
        finally:
            self._slots.release()
            self.wake()

    async def process(self, message: Message) -> None:
        """Read what a message announces, then change the database in one transaction."""
        failpoints.trip("before")
        news = await self.reader.read_for(message, Deadline.after(MESSAGE_DEADLINE_S))
        outcome = await self._database.write(complete, message, news)
        failpoints.trip("after")
        METRICS.messages["applied"] += 1
        sync.log_outcome(message, outcome)

    async def _failed(self, message: Message, tries: int, error: Exception) -> None:
        reason = error.reason if isinstance(error, FiskilError) else logs.where(error)
        details = {"message_id": message.message_id, "event": message.event, "reason": reason}
        if may_retry(error, tries):
            METRICS.messages["retried"] += 1
            logs.warn("message_postponed", **details, tries=tries, end_user_id=message.end_user_id)
            await self._settle(inbox.postpone, message, reason, delay_s(error, tries))
        else:
            METRICS.messages["failed"] += 1
            logs.warn("message_failed", **details, tries=tries, end_user_id=message.end_user_id)
            alerts.send("message_failed", **details)
            await self._settle(inbox.give_up, message, reason)

    async def _settle(self, write: Callable[..., None], message: Message, *details: object) -> None:
        """Write the result of a message, and retry until the database accepts it."""
        while True:
            try:
                return await self._database.write(write, message, *details)
            except sqlite3.Error as error:
                logs.warn("worker_trouble", message_id=message.message_id, reason=logs.where(error))
                await asyncio.sleep(LONGEST_SLEEP_S)


def complete(tx: sqlite3.Connection, message: Message, news: ApiData) -> str:
    """Apply everything that a message changes, including its completion: all of it or nothing."""
    if not inbox.finish(tx, message):
        return "finished already"
    outcome = sync.apply_message(tx, message, news)
    failpoints.trip("midway")
    inbox.record(tx, message)
    return outcome


def may_retry(error: Exception, tries: int) -> bool:
    """Return whether to retry: not after a permanent rejection, and not after the last try."""
    return tries < MOST_TRIES and not isinstance(error, Rejected)


def delay_s(error: Exception, tries: int) -> float:
    """Return the seconds until the next try: doubling up to a cap, partly random, at least what Fiskil requested."""
    full_s = min(LONGEST_DELAY_S, FIRST_DELAY_S * 2 ** (tries - 1))
    requested_s = error.retry_after_s if isinstance(error, FiskilError) else None
    return max(random.uniform(full_s / 2, full_s), requested_s or 0.0)
