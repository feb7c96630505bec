"""The team's config and the environment; no other package reads them.

The config is ``--config FILE``, else ``fiskil-harness.toml``, else ``[tool.fiskil-harness]`` in ``pyproject.toml``.
"""

from fiskil_harness.core.config.loading import FILE, environment, find, load, parse
from fiskil_harness.core.config.schema import (
    AppSettings,
    Attestation,
    Drive,
    Facts,
    GateSettings,
    HostedSettings,
    Limits,
    Observe,
    RequestTemplate,
    SandboxSettings,
    Settings,
    Waiver,
    Webhook,
)

__all__ = [
    "FILE",
    "AppSettings",
    "Attestation",
    "Drive",
    "Facts",
    "GateSettings",
    "HostedSettings",
    "Limits",
    "Observe",
    "RequestTemplate",
    "SandboxSettings",
    "Settings",
    "Waiver",
    "Webhook",
    "environment",
    "find",
    "load",
    "parse",
]
