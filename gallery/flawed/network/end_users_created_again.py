"""Repeats the creation of an end user when the response is lost, so one person gets two end users.

Search for the end user before you create another.
"""

from reference_app import app
from reference_app.fiskil import api

api.is_creation_repeatable = lambda: True
build = app.build
