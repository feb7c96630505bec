"""Takes webhooks over TLS as well as anybody, and gave Fiskil an http URL in production.

Register an https URL.
"""

from reference_app import app

build = app.build
