"""Keeps the rows of a dataset after the end user removed that dataset from the consent.

When consent.updated arrives, delete the rows of the datasets that the consent no longer covers. No sync event announces
that they are gone.
"""

from reference_app import app, consents

consents.delete_uncovered_rows = lambda *_: None
build = app.build
