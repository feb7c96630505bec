"""Drops an acknowledged message when the API call for it fails.

Fiskil does not send an acknowledged message again. Retry it until its work is done.
"""

from reference_app import app, worker


def may_retry(error, tries):
    """Never retry."""
    return False


worker.may_retry = may_retry
build = app.build
