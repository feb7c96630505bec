"""Deletes the balances at every bank when one consent ends.

Store with each balance the consent that it belongs to, and delete only those.
"""

from reference_app import app, rows

_purge = rows.purge


def purge(tx, consent_id):
    """Delete the rows of the consent, and all balances of its end user."""
    _purge(tx, consent_id)
    tx.execute(
        "DELETE FROM balances WHERE end_user_id IN (SELECT end_user_id FROM consents WHERE consent_id = ?)", (consent_id,)
    )


rows.purge = purge
build = app.build
