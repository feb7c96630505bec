"""Follows a consent that loses permissions and ignores permissions that are added later.

Take over the permissions of the newest version of a consent.
"""

import dataclasses

from reference_app import app, consents

_apply_listing = consents.apply_listing


def apply_listing(tx, end_user_id, listed, adopt):
    """Allow no more than the first version of each consent."""
    narrowed = []
    for consent in listed:
        stored = consents.find(tx, consent.consent_id)
        if stored is not None and stored["datasets"]:
            first = stored["datasets"].split()
            kept = " ".join(name for name in consent.datasets.split() if name in first)
            narrowed.append(dataclasses.replace(consent, datasets=kept or stored["datasets"]))
        else:
            narrowed.append(consent)
    _apply_listing(tx, end_user_id, narrowed, adopt)


consents.apply_listing = apply_listing
build = app.build
