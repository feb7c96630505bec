"""Accepts webhooks over TLS, but has registered a plain HTTP URL for production.

Register an https URL.
"""

from reference_app import app

build = app.build
