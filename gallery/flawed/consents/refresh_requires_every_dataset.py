"""Refreshes every dataset, even without permission, and gives up when one is refused.

Read only the datasets that the consent covers. A refusal of one must not stop the others.
"""

from reference_app import app, datasets, sync

sync.granted = lambda listed: list(datasets.ALL) if any(consent.is_active for consent in listed) else []
build = app.build
