"""Goes on showing rows that Fiskil has removed."""

from reference_app import app, rows

rows.remove_vanished = lambda *_: None
build = app.build
