"""Which version this is; it imports nothing that takes time."""

from importlib import metadata


def version() -> str:
    """The version of this distribution, as installed."""
    try:
        return metadata.version("fiskil-harness")
    except metadata.PackageNotFoundError:
        return "0 (not installed)"
