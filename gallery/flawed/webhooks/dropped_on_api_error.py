"""Drops an acknowledged message when the API call for it fails.

Fiskil does not send an acknowledged message again. Retry it until its work is done.
"""

from reference_app import app, worker


def is_worth_another_try(error, tries):
    """Never retry."""
    return False


worker.is_worth_another_try = is_worth_another_try
build = app.build
