"""Deletes the rows of every customer of a bank when the consent of one of them ends."""

from reference_app import app, datasets, rows

_purge = rows.purge


def purge(tx, consent_id):
    """Delete the rows of all consents with the same bank."""
    of_same_bank = (
        "SELECT consent_id FROM consents WHERE institution_id IN (SELECT institution_id FROM consents WHERE consent_id = ?)"
    )
    for row in tx.execute(of_same_bank, (consent_id,)).fetchall():
        for dataset in datasets.ALL:
            rows.purge_dataset(tx, row["consent_id"], dataset)
    _purge(tx, consent_id)


rows.purge = purge
build = app.build
