"""Reads the team's config and the environment; no other module does.

A config is found as ``--config FILE``, else ``fiskil-harness.toml``, else ``[tool.fiskil-harness]`` in ``pyproject.toml``.
"""

from harness.settings.reading import FILE, environment, find, load, parse
from harness.settings.schema import (
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
