"""Takes new rows only where they are newer than all that it knows, so what an institution books late never shows.

Rows may come with any date: know them by fiskil_id, and compare whole readings.
"""

from dataclasses import replace as changed

from reference_app import app, rows
from reference_app.datasets import TRANSACTIONS

_replace = rows.replace
_POSTED = TRANSACTIONS.columns.index("posting_date_time")


def replace(tx, end_user_id, reading, allowed):
    """Only what is known, and what is newer."""
    if reading.dataset is TRANSACTIONS:
        select = "SELECT fiskil_id, posting_date_time FROM transactions WHERE end_user_id = ?"
        known = dict(tuple(one) for one in tx.execute(select, (end_user_id,)))
        newest = max((moment for moment in known.values() if moment), default="")
        taken = [one for one in reading.rows if one.fiskil_id in known or (one.values[_POSTED] or newest) >= newest]
        reading = changed(reading, rows=tuple(taken))
    return _replace(tx, end_user_id, reading, allowed)


rows.replace = replace
build = app.build
