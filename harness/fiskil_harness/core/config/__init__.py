"""The team's config and the environment variables; no other package reads them.

The config is the file given with ``--config``, else ``fiskil-harness.toml``, else the table ``[tool.fiskil-harness]`` in
``pyproject.toml``.
"""

from fiskil_harness.core.config.environment import environment
from fiskil_harness.core.config.loading import COMMAND_LINE, FILE, find, load, load_plugins, parse
from fiskil_harness.core.config.schema import (
    AppSettings,
    Attestation,
    Facts,
    GateSettings,
    Observe,
    RequestTemplate,
    Settings,
    Waiver,
)

__all__ = [
    "COMMAND_LINE",
    "FILE",
    "AppSettings",
    "Attestation",
    "Facts",
    "GateSettings",
    "Observe",
    "RequestTemplate",
    "Settings",
    "Waiver",
    "environment",
    "find",
    "load",
    "load_plugins",
    "parse",
]
