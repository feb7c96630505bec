"""The optional dependencies that read metrics and OTLP exports: the extra "monitoring"."""

import importlib.util
from functools import cache

MODULES = ("google.protobuf", "opentelemetry.proto", "prometheus_client")
MISSING = (
    "Metrics and OTLP exports cannot be read without the extra 'monitoring'. "
    "Install it: pip install opentelemetry-proto prometheus-client."
)


@cache
def missing_extra() -> str:
    """Return that the extra is missing, and how to install it; '' if it is installed."""
    return "" if all(map(_is_installed, MODULES)) else MISSING


def _is_installed(module: str) -> bool:
    try:
        return importlib.util.find_spec(module) is not None
    except ModuleNotFoundError:  # the parent package is missing
        return False
