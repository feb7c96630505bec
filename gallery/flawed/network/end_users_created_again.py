"""Sends the creation of an end user again when the answer got lost: one person becomes two at Fiskil."""

from reference_app import app
from reference_app.fiskil import api

api.is_creation_repeatable = lambda: True
build = app.build
