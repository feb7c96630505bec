"""The environment's one door."""

import os


def environment(name: str) -> str | None:
    """Read one environment variable; empty counts as unset."""
    return os.environ.get(name) or None
