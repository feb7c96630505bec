"""Drops a message that it has acknowledged when the API call for it fails: nobody will send that message again.

What was acknowledged must be tried again until it is done.
"""

from reference_app import app, worker

worker.is_worth_another_try = lambda error, tries: False
build = app.build
