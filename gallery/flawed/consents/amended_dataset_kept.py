"""Keeps the rows of a dataset after the end user removed that dataset from the consent.

When consent.updated arrives, delete the rows of the datasets that the consent no longer covers. No sync event announces
that they are gone.
"""

from reference_app import app, consents

consents.keep_to_grant = lambda *_: None
build = app.build
