"""Goes on showing a dataset that the end user took out of the consent: no sync tells that its rows are gone.

When consent.updated arrives, what the permissions cover no longer must be deleted.
"""

from reference_app import app, consents

consents.keep_to_grant = lambda *_: None
build = app.build
