"""The batch process: every two seconds it takes all due messages, and reads each announced dataset of an end user once."""

import contextlib
import fcntl
import os
import random
import re
import time
from collections import defaultdict
from pathlib import Path

from correct.flask_client import store
from correct.flask_client.fiskil import DATASETS, Failure, Fiskil
from correct.flask_client.store import Store

EVERY_S = 2.0
BATCH_S = 20.0
MOST_TRIES = 12
CONSENT = {"consent.received", "consent.updated", "consent.revoked"}
SYNC = re.compile(r"banking\.(accounts|balances|transactions)(\.basic|\.recent)?\.sync\.completed")

database = Store(os.environ["DATABASE"])
api = Fiskil(
    origin=os.environ["FISKIL_BASE_URL"],
    client_id=os.environ["FISKIL_CLIENT_ID"],
    client_secret=os.environ["FISKIL_CLIENT_SECRET"],
    ca_file=os.environ.get("SSL_CERT_FILE", ""),
)


@contextlib.contextmanager
def turn(until):
    """Let one process at a time read from Fiskil and store it.

    Raises:
        Failure: The turn does not come in time.
    """
    with Path(os.environ["DATABASE"] + ".turn").open("w") as file:
        while True:
            try:
                fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
                break
            except OSError:
                if time.monotonic() > until:
                    raise Failure("another process is reading") from None
                time.sleep(0.02)
        yield


def refresh(end_user_id, until):
    """Read everything of one end user, and store all of it or nothing."""
    with turn(until):
        listed = api.consents(end_user_id, until)
        granted = set().union(*listed.values())
        readings = {name: api.rows(name, end_user_id, until) for name in DATASETS if name in granted}
        with database.changing() as tx:
            store.apply_listing(tx, end_user_id, listed)
            for consent_id in store.active_ids(tx, end_user_id) - listed.keys():
                store.end(tx, end_user_id, consent_id)
            if store.active_ids(tx, end_user_id):
                store.complete_attempts(tx, end_user_id)
            for name, rows in readings.items():
                store.replace(tx, end_user_id, name, rows)


def work_on(end_user_id, messages):
    """Apply all messages of one end user in one transaction, after everything that they announce has been read."""
    until = time.monotonic() + BATCH_S
    with database.changing() as tx:
        is_ours = store.is_known(tx, end_user_id)
    with turn(until):
        synced = {sync[1] for message in messages if (sync := SYNC.fullmatch(message["event"]))}
        listed = api.consents(end_user_id, until) if is_ours and (synced or needs_listing(messages)) else {}
        granted = set().union(*listed.values())
        readings = {name: api.rows(name, end_user_id, until) for name in sorted(synced & granted)}
        with database.changing() as tx:
            for message in messages if is_ours else ():
                if message["event"] in CONSENT:
                    store.apply_event(tx, message)
            store.apply_listing(tx, end_user_id, listed)
            for name, rows in readings.items():
                store.replace(tx, end_user_id, name, rows)
            for message in messages:
                tx.execute("UPDATE inbox SET status = 'done' WHERE message_id = ?", (message["message_id"],))
    for message in messages:
        ids = f"{message['message_id']!a} {message['end_user_id']!a} {message['consent_id']!a}"
        print(f"message_applied {message['event']!a} {ids}", flush=True)


def needs_listing(messages):
    """Return whether a consent began or changed."""
    return any(message["event"] in {"consent.received", "consent.updated"} for message in messages)


def postpone(message, failure):
    """Schedule the message for a later batch, or give up after many."""
    tries = message["tries"] + 1
    is_over = failure.is_final or tries >= MOST_TRIES
    print(f"message_{'failed' if is_over else 'postponed'} {message['message_id']!a} {failure.reason}", flush=True)
    pause_s = max(failure.pause_s, min(5.0, 0.5 * 2**tries) * random.uniform(0.5, 1))
    with database.changing() as tx:
        values = ("failed" if is_over else "pending", tries, time.time() + pause_s, message["message_id"])
        tx.execute("UPDATE inbox SET status = ?, tries = ?, due = ? WHERE message_id = ?", values)


def main():
    """Work in batches until the process ends."""
    while True:
        try:
            with database.changing() as tx:
                due = "SELECT * FROM inbox WHERE status = 'pending' AND due <= ? ORDER BY published_us"
                messages = [dict(row) for row in tx.execute(due, (time.time(),))]
            groups = defaultdict(list)
            for message in messages:
                groups[message["end_user_id"]].append(message)
            for end_user_id, group in groups.items():
                try:
                    work_on(end_user_id, group)
                except Failure as failure:
                    for message in group:
                        postpone(message, failure)
        except Exception as error:
            print(f"batch_failed {type(error).__name__}", flush=True)
        time.sleep(EVERY_S)


if __name__ == "__main__":
    main()
