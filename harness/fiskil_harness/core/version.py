"""The version of the harness; this module imports nothing that takes time."""

from importlib import metadata


def version() -> str:
    """Return the version of the installed distribution."""
    try:
        return metadata.version("fiskil-harness")
    except metadata.PackageNotFoundError:
        return "0 (not installed)"
