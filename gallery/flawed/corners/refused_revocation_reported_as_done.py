"""Takes every 4xx response to a revocation for a consent that has already ended, also "forbidden" and "conflict".

Only 404 means that Fiskil does not know the consent; report every other refusal.
"""

from reference_app import app
from reference_app.fiskil import api


def is_gone(error):
    """Treat all client errors alike."""
    return error.status is not None and 400 <= error.status < 500


api.is_gone = is_gone
build = app.build
