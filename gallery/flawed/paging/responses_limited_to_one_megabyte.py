"""Refuses a response of more than one megabyte, although a page may have 1,000 rows.

Bound responses far above what the largest page needs.
"""

from reference_app import app
from reference_app.fiskil import transport

transport.MAX_RESPONSE_BYTES = 1024 * 1024
build = app.build
