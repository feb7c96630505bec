"""Starts without its webhook secret and verifies with an empty key, which everybody knows."""

from reference_app import app, receiver

receiver.is_configured = lambda _: True
build = app.build
