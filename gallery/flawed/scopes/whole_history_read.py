"""Reads the complete transaction history, although it declares 90 days.

Send ``from`` with every request for transactions.
"""

from reference_app import app
from reference_app.fiskil import api

api.selections = lambda *_: ({},)
build = app.build
