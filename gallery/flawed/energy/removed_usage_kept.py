"""Never removes meter reads, so reads that the retailer withdrew stay in the sum.

After a complete read, remove the stored rows that it did not contain.
"""

from correct import energy_only
from reference_app import rows

_remove_vanished = rows.remove_vanished


def remove_vanished(tx, end_user_id, reading):
    """Hide rows that Fiskil no longer returns, except of usage."""
    if reading.dataset.name != "usage":
        _remove_vanished(tx, end_user_id, reading)


rows.remove_vanished = remove_vanished
build = energy_only.build
