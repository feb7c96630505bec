"""Plugins: probes, steps, faults, signature schemes, people and scenarios that a team adds to those that ship.

A plugin is a module with a function ``register(registry)``. Either every plugin of a config is registered, or none is.
"""

from fiskil_harness.core.plugins.loading import GROUP, Plugin, load, loaded, origin_of, register, registered, unload
from fiskil_harness.core.plugins.registry import Registry
from fiskil_harness.core.plugins.tables import convert, declare, decode, on_change

__all__ = [
    "GROUP",
    "Plugin",
    "Registry",
    "convert",
    "declare",
    "decode",
    "load",
    "loaded",
    "on_change",
    "origin_of",
    "register",
    "registered",
    "unload",
]
