"""The work behind a webhook, one message at a time.

A failed message waits longer each time and does not delay the others.
"""

import random
import re
import threading
import time
from collections import defaultdict

from correct.flask_client import store
from correct.flask_client.fiskil import DATASETS, Failure

MESSAGE_S = 10.0
MOST_TRIES = 12
FIRST_PAUSE_S, LONGEST_PAUSE_S = 0.2, 3.0
LOOK_EVERY_S = 0.5
SYNC = re.compile(r"banking\.(accounts|balances|transactions)(\.basic|\.recent)?\.sync\.completed")


class Worker(threading.Thread):
    """A thread that processes the due messages of the inbox until the process ends."""

    def __init__(self, database, api):
        super().__init__(daemon=True)
        self._database, self._api = database, api
        self._woken = threading.Event()
        self._one_at_a_time = defaultdict(threading.Lock)

    def wake(self):
        """Notify the worker that the inbox has changed."""
        self._woken.set()

    def run(self):
        """Process due messages, or wait for the next one."""
        while True:
            self._woken.clear()
            try:
                message = self._next()
                if message is None:
                    self._woken.wait(self._pause_s())
                else:
                    self._attempt(message)
            except Exception as error:
                print(f"worker_trouble {type(error).__name__}", flush=True)
                time.sleep(LOOK_EVERY_S)

    def refresh(self, end_user_id, until):
        """Read everything of one end user now, and store all of it or nothing.

        Raises:
            Failure: The data cannot be read.
        """
        with self.turn(end_user_id, until):
            listed = self._api.consents(end_user_id, until)
            granted = set().union(*listed.values())
            readings = {name: self._api.rows(name, end_user_id, until) for name in DATASETS if name in granted}
            with self._database.changing() as tx:
                store.apply_listing(tx, end_user_id, listed)
                for consent_id in store.active_ids(tx, end_user_id) - listed.keys():
                    store.end(tx, end_user_id, consent_id)
                if store.active_ids(tx, end_user_id):
                    store.complete_attempts(tx, end_user_id)
                for name, rows in readings.items():
                    store.replace(tx, end_user_id, name, rows)

    def turn(self, key, until):
        """Return a lock that gives one thread at a time the right to read and change the data of *key*."""
        return Turn(self._one_at_a_time[key], until)

    def _next(self):
        with self._database.changing() as tx:
            due = "SELECT * FROM inbox WHERE status = 'pending' AND due <= ? ORDER BY due, rowid LIMIT 1"
            message = tx.execute(due, (time.time(),)).fetchone()
        return dict(message) if message else None

    def _pause_s(self):
        with self._database.changing() as tx:
            (due,) = tx.execute("SELECT min(due) FROM inbox WHERE status = 'pending'").fetchone()
        return LOOK_EVERY_S if due is None else min(max(0.0, due - time.time()), LOOK_EVERY_S)

    def _attempt(self, message):
        try:
            with self.turn(message["end_user_id"], time.monotonic() + MESSAGE_S):
                self._do(message, time.monotonic() + MESSAGE_S)
        except Failure as failure:
            tries = message["tries"] + 1
            is_over = failure.is_final or tries >= MOST_TRIES
            print(f"message_{'failed' if is_over else 'postponed'} {message['message_id']} {failure.reason}", flush=True)
            pause_s = max(failure.pause_s, min(LONGEST_PAUSE_S, FIRST_PAUSE_S * 2**tries) * random.uniform(0.5, 1))
            with self._database.changing() as tx:
                tx.execute(
                    "UPDATE inbox SET status = ?, tries = ?, due = ? WHERE message_id = ?",
                    ("failed" if is_over else "pending", tries, time.time() + pause_s, message["message_id"]),
                )

    def _do(self, message, until):
        """Read what the message announces, then change everything in one transaction."""
        listed, readings = self._read(message, until)
        with self._database.changing() as tx:
            if store.is_known(tx, message["end_user_id"]):
                if message["event"] in {"consent.received", "consent.updated", "consent.revoked"}:
                    store.apply_event(tx, message)
                store.apply_listing(tx, message["end_user_id"], listed)
                for name, rows in readings.items():
                    store.replace(tx, message["end_user_id"], name, rows)
            tx.execute("UPDATE inbox SET status = 'done' WHERE message_id = ?", (message["message_id"],))
        print(f"message_applied {message['message_id']} {message['event']}", flush=True)
        if message["event"].startswith("consent."):
            print(f"{message['event']} {message['end_user_id']!a} {message['consent_id']!a}", flush=True)

    def _read(self, message, until):
        """Return the consents, if they had to be read, and the rows of the announced dataset."""
        sync, end_user_id = SYNC.fullmatch(message["event"]), message["end_user_id"]
        with self._database.changing() as tx:
            is_ours, active_ids = store.is_known(tx, end_user_id), store.active_ids(tx, end_user_id)
        if is_ours and message["event"] in {"consent.received", "consent.updated"}:
            return self._api.consents(end_user_id, until), {}
        if not sync or not is_ours:
            return {}, {}
        listed = {} if message["consent_id"] in active_ids else self._api.consents(end_user_id, until)
        if message["consent_id"] not in active_ids and not listed.get(message["consent_id"]):
            return listed, {}
        try:
            return listed, {sync[1]: self._api.rows(sync[1], end_user_id, until)}
        except Failure as failure:
            if failure.status not in {403, 404}:
                raise
        # If the consent has ended while the message waited, nothing is left to read.
        listed = self._api.consents(end_user_id, until)
        if listed.get(message["consent_id"]):
            raise Failure("data of an active consent is refused")
        return listed, {}


class Turn:
    """A lock with a deadline."""

    def __init__(self, lock, until):
        self._lock, self._until = lock, until

    def __enter__(self):
        if not self._lock.acquire(timeout=max(0.0, self._until - time.monotonic())):
            raise Failure("another worker is reading for this end user")

    def __exit__(self, *_):
        self._lock.release()
