"""Knows which addresses webhooks come from, and takes them from anywhere all the same."""

from reference_app import app, receiver

receiver.is_allowed = lambda *_: True
build = app.build
