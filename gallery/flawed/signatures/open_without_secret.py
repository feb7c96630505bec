"""Starts without its webhook secret and verifies signatures with an empty key.

Refuse every webhook with 503 until the secret is set.
"""

from reference_app import app, receiver

receiver.is_configured = lambda _: True
build = app.build
