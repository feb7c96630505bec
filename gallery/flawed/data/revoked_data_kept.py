"""Notes that a consent was revoked and keeps everything that was read under it."""

from reference_app import app, consents

consents.forget_rows = lambda *_: None
build = app.build
