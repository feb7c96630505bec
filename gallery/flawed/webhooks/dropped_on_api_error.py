"""Drops a message that it has acknowledged when the API call for it fails: nobody will send that message again.

What was acknowledged must be tried again until it is done.
"""

from reference_app import app, worker


def is_worth_another_try(error, tries):
    """Once and no more."""
    return False


worker.is_worth_another_try = is_worth_another_try
build = app.build
