"""Marks a consent as revoked, and keeps all rows that were read under it.

Delete the rows in the transaction that ends the consent.
"""

from reference_app import app, consents

consents.forget_rows = lambda *_: None
build = app.build
