"""Imports the plugins of the config and those that are installed, and registers all of them or none.

An installed package names its module in the entry-point group ``fiskil_harness.plugins``.
"""

import importlib
import importlib.metadata
import re
import sys
from collections.abc import Iterable, Sequence
from contextlib import redirect_stdout, suppress
from functools import cache
from pathlib import Path
from types import ModuleType
from typing import Any

from msgspec import Struct

from fiskil_harness.core import catalog
from fiskil_harness.core.config.webhook_format import PRESETS
from fiskil_harness.core.plugins import tables
from fiskil_harness.core.plugins.registry import PERSON, SCENARIO, SCHEME, Batch, Registry, classes_of
from fiskil_harness.errors import ConfigError, HarnessError

GROUP = "fiskil_harness.plugins"
"""The group of entry points for plugins of installed packages."""
_MODULE = re.compile(r"[^\W\d]\w*(\.[^\W\d]\w*)*")


class Plugin(Struct, frozen=True, kw_only=True):
    """A module with a function ``register``.

    ``folder`` is the first folder in which the module is searched; None for an installed plugin. ``source`` is the file or
    the package that names the module.
    """

    module: str
    folder: Path | None = None
    source: str = ""


_LOADED: dict[str, Plugin] = {}
_ORIGINS: dict[tuple[str, str], str] = {}
_BATCHES: list[Batch] = []
_SEARCHED: list[str] = []
"""The folders of plugins that were added to ``sys.path``."""


def load(modules: Sequence[str], *, folder: Path, source: str) -> None:
    """Load the plugins of a config and the installed ones; those that are loaded are left out.

    Args:
        modules: The names of the modules.
        folder: The folder of the config, in which they are searched first.
        source: The name of the config in messages.

    Raises:
        ConfigError: A plugin cannot be imported, or registers something invalid. Then no plugin was registered.
    """
    for module in modules:
        if not _MODULE.fullmatch(module):
            raise ConfigError(
                f"{source}: plugins names {module!r}, which is no module. Write it like 'tests.fiskil_probes'."
            )
    twice = next((module for number, module in enumerate(modules) if module in modules[:number]), None)
    if twice is not None:
        raise ConfigError(f"{source}: plugins names {twice!r} twice. Remove one.")
    register((*_installed(), *(Plugin(module=module, folder=folder, source=source) for module in modules)))


def register(plugins: Iterable[Plugin]) -> None:
    """Import *plugins* and register all of them, or none; a process of a run does this with those of its parent.

    Raises:
        ConfigError: A plugin cannot be imported, or registers something invalid.
    """
    new = {plugin.module: plugin for plugin in plugins if plugin.module not in _LOADED}
    if not new:
        return
    batch = Batch(origin_of)
    try:
        with redirect_stdout(sys.stderr):  # a command may print JSON
            for plugin in new.values():
                registry = Registry(plugin.module, batch)
                _register_in(registry, _imported(plugin), plugin)
                registry.finish()
    except ConfigError:
        for module in new:
            sys.modules.pop(module, None)
        raise
    for table, classes in classes_of(batch):
        table.classes.update(classes)
    PRESETS.update(batch.values[SCHEME])
    catalog.register(people=batch.values[PERSON], scenarios=batch.values[SCENARIO])
    _ORIGINS.update(batch.origins)
    _LOADED.update(new)
    _BATCHES.append(batch)
    _search_folders(new.values())
    tables.changed()


def loaded() -> tuple[Plugin, ...]:
    """Return the plugins that are registered in this process, for another process."""
    return tuple(_LOADED.values())


def registered(kind: str) -> list[str]:
    """Return the names that plugins have registered for a kind, such as ``scenario``, sorted."""
    return sorted(name for of, name in _ORIGINS if of == kind)


def origin_of(kind: str, name: str) -> str:
    """Return the plugin that registered the *kind* called *name*; "" if it ships with the harness."""
    return _ORIGINS.get((kind, name), "")


def unload() -> None:
    """Remove everything that plugins have registered, and forget their modules, for example between two tests."""
    for batch in _BATCHES:
        for table, classes in classes_of(batch):
            for name in classes:
                table.classes.pop(name, None)
        for name in batch.values[SCHEME]:
            PRESETS.pop(name, None)
    catalog.unregister()
    _installed.cache_clear()
    for module in _LOADED:
        sys.modules.pop(module, None)
    for path in _SEARCHED:
        with suppress(ValueError):
            sys.path.remove(path)
    for memory in (_BATCHES, _LOADED, _ORIGINS, _SEARCHED):
        memory.clear()
    tables.changed()


@cache
def _installed() -> tuple[Plugin, ...]:
    """Return the plugins of installed packages; reading the metadata of all packages takes several milliseconds."""
    points = sorted(importlib.metadata.entry_points(group=GROUP), key=lambda point: (point.name, point.value))
    return tuple(Plugin(module=point.value, source=f"the installed plugin {point.name!r}") for point in points)


def _imported(plugin: Plugin) -> ModuleType:
    """Return the module of *plugin*.

    Raises:
        ConfigError: The module does not exist, or its import fails or exits.
    """
    folder = [] if plugin.folder is None else [str(plugin.folder)]
    importlib.invalidate_caches()
    sys.path[:0] = folder
    try:
        return importlib.import_module(plugin.module)
    except (Exception, SystemExit) as error:
        reason = f"{type(error).__name__}: {error}".rstrip(".: ")
        raise ConfigError(f"{plugin.source}: the plugin {plugin.module!r} cannot be imported: {reason}.") from error
    finally:
        for path in folder:
            with suppress(ValueError):  # the plugin may have removed it
                sys.path.remove(path)


def _search_folders(plugins: Iterable[Plugin]) -> None:
    """Let later imports find modules in the folders of *plugins*; files of scenarios are imported when they are needed."""
    for path in (str(plugin.folder.absolute()) for plugin in plugins if plugin.folder is not None):
        if path not in sys.path:
            sys.path.append(path)
            _SEARCHED.append(path)


def _register_in(registry: Registry, module: ModuleType, plugin: Plugin) -> None:
    """Call the function ``register`` of *module*.

    Raises:
        ConfigError: There is no such function, or it fails.
    """
    function: Any = getattr(module, "register", None)
    if not callable(function):
        raise ConfigError(
            f"{plugin.source}: the plugin {plugin.module!r} has no function register(registry). "
            "`fiskil-harness new probe NAME` writes an example."
        )
    try:
        function(registry)
    except HarnessError:
        raise
    except (Exception, SystemExit) as error:
        reason = f"{type(error).__name__}: {error}".rstrip(".: ")
        raise ConfigError(f"{plugin.source}: register() of the plugin {plugin.module!r} failed: {reason}.") from error
