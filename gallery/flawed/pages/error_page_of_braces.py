"""Answers a person who comes back from a failed journey with what is meant for programs, between two tags."""

import json
from html import escape

from reference_app import app, pages


def not_connected(explanation, *, ref):
    """Braces and quotes."""
    told = {"error": "not_connected", "status": explanation.status}
    return f"<!doctype html><title>Budget</title><pre>{escape(json.dumps(told))}</pre>"


pages.not_connected = not_connected
build = app.build
