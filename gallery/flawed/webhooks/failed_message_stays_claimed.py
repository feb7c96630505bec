"""Does not release a message whose API call failed, so the message stays pending and is never retried.

Release the claim of a failed message, and schedule the next try.
"""

from reference_app import app, inbox

inbox.LEASE_S = float("inf")


def postpone(tx, message, reason, wait_s):
    """Leave the message claimed."""


inbox.postpone = postpone
build = app.build
