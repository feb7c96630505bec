"""Keeps the claim of a killed process for ever, so its messages stay pending.

Give a claim a lease that ends, or release all claims at startup.
"""

from reference_app import app, inbox

inbox.LEASE_S = float("inf")


def release(tx):
    """Release nothing."""


inbox.release = release
build = app.build
