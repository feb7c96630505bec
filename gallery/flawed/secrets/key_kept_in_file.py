"""Keeps its key pair in a file beside its database, and prefers that to a new one in its environment.

Read the pair at each start, and keep it nowhere.
"""

from dataclasses import replace
from pathlib import Path

from reference_app import app, settings

_load = settings.load


def load(environ):
    """What worked yesterday works today."""
    told = _load(environ)
    kept = Path(told.database_path).with_suffix(".key")
    if not kept.exists():
        kept.write_text(told.client_secret, encoding="utf-8")
    return replace(told, client_secret=kept.read_text(encoding="utf-8"))


settings.load = load
build = app.build
