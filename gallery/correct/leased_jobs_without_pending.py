"""Leases a message for four seconds, and does not report pending messages.

After its worker was killed, a message is processed only when the lease ends.
"""

import json
import time

from correct import polling_worker_without_pending

LEASE_S = 4.0
WORK_S = 0.05
PAUSE_S = 0.02


def work_off(database):
    """Lease one available message and process it."""
    now = time.time()
    leased = database.execute(
        "UPDATE inbox SET free_at = ? WHERE rowid = (SELECT rowid FROM inbox WHERE free_at <= ? ORDER BY rowid LIMIT 1)"
        " RETURNING message_id, body",
        (now + LEASE_S, now),
    ).fetchall()
    for message_id, body in leased:
        time.sleep(WORK_S)
        polling_worker_without_pending.finish(database, message_id, json.loads(body))


if __name__ == "__main__":
    polling_worker_without_pending.serve(work_off, PAUSE_S)
