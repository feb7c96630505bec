"""Loads the config from TOML into ``Settings``; error messages state the section, the valid values and the nearest match."""

import re
import tomllib
import typing
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import msgspec

from fiskil_harness.core.config import placeholders, validation
from fiskil_harness.core.config.schema import Settings
from fiskil_harness.core.config.webhook_format import spelt_out
from fiskil_harness.core.renamed import new_name
from fiskil_harness.errors import ConfigError, nearest

FILE = "fiskil-harness.toml"
COMMAND_LINE = "the command line"
"""The source of settings that were given as options."""
TABLE = "tool.fiskil-harness"
_OURS = frozenset({"folder", "source", "stated_limits"})
"""Fields of ``Settings`` that a config cannot set."""
_GOT = re.compile(r"Invalid enum value '(.*?)'")

_REQUEST_KEYS = (
    ("app", "ready"),
    ("app", "drive", "*"),
    ("app", "observe", "effects"),
    ("app", "observe", "metrics"),
    ("hosted", "introduce"),
)

TOO_DEEP = "{!r} is nested too deeply. A config has only a few levels."
ENCODING = "utf-8-sig"
"""UTF-8; some editors begin a file with a byte order mark."""


def load(path: Path | None = None, *, folder: Path | None = None) -> Settings:
    """Load the config at *path*, or the one in *folder* (default: the current folder).

    Raises:
        ConfigError: There is no config, it is not valid TOML, or a key or value is invalid.
    """
    config = path or _existing(folder or Path.cwd())
    return parse(_table_in(config), folder=config.resolve().parent, source=config.name)


def load_plugins(path: Path | None = None, *, folder: Path | None = None) -> None:
    """Load the installed plugins, and those of the config at *path*, or of the one in *folder* if there is one.

    Nothing else in the config is read, so that commands that need no app work with an incomplete config. A config that is
    no valid TOML is ignored unless *path* names it.

    Args:
        folder: The folder of the config (default: the current folder).

    Raises:
        ConfigError: The config cannot be read, or a plugin is invalid.
    """
    config = path or find(folder or Path.cwd())
    try:
        raw = {} if config is None else _table_in(config)
    except ConfigError:
        if path is not None:
            raise
        raw = {}
    _load_plugins(raw, folder=(config or Path()).resolve().parent, source=config.name if config else FILE)


def _table_in(config: Path) -> dict[str, Any]:
    """Return the parsed content of the file *config*; of a ``pyproject.toml``, only the table of the harness.

    Raises:
        ConfigError: There is no such file or table, or it is not valid TOML.
    """
    try:
        raw = tomllib.loads(config.read_text(encoding=ENCODING))
    except FileNotFoundError:
        raise ConfigError(
            f"No config at {str(config)!r}. `fiskil-harness init` writes one. "
            "Without --config, the one in the current folder is used."
        ) from None
    except (OSError, UnicodeDecodeError) as error:
        raise ConfigError(f"The config {str(config)!r} cannot be read: {error}.") from None
    except tomllib.TOMLDecodeError as error:
        raise ConfigError(f"{str(config)!r} is not valid TOML: {error}.") from None
    except RecursionError:
        raise ConfigError(TOO_DEEP.format(str(config))) from None
    if config.name == "pyproject.toml":
        table = _table_of(raw)
        if table is None:
            raise ConfigError(f"{str(config)!r} has no [{TABLE}]. `fiskil-harness init` writes a {FILE}.")
        raw = table
    return raw


def parse(raw: dict[str, Any], *, folder: Path, source: str = FILE) -> Settings:
    """Convert *raw*, a config parsed from TOML, into settings. Error messages begin with *source*, the config's file name.

    Raises:
        ConfigError: A key is unknown, a value is invalid, a template uses an unknown value, or keys contradict each other.
    """
    try:
        has_nul = _has_nul(raw)
    except RecursionError:
        raise ConfigError(TOO_DEEP.format(source)) from None
    if has_nul:
        raise ConfigError(f"{source} contains the character NUL, which no command, variable or path may contain.")
    _load_plugins(raw, folder=folder, source=source)
    raw = _named_scheme(raw)
    _refuse_unknown_keys(raw, Settings, (), source)
    try:
        settings = msgspec.convert(_spell_out(raw), Settings, dec_hook=_path)
    except msgspec.ValidationError as error:
        raise ConfigError(f"{source}: {_readable(error)}{_allowed(str(error))}") from None
    stated = frozenset(raw.get("app", {}).get("limits", {}))
    settings = msgspec.structs.replace(settings, folder=folder, source=source, stated_limits=stated)
    validation.refuse_contradictions(settings)
    placeholders.refuse_bad_templates(settings)
    validation.refuse_bad_values(settings)
    return settings


def _load_plugins(raw: dict[str, Any], *, folder: Path, source: str) -> None:
    """Load the plugins that *raw* names; if they are no list of texts, the schema refuses them later.

    Raises:
        ConfigError: A plugin is invalid.
    """
    from fiskil_harness.core import plugins

    names = raw.get("plugins", [])
    if isinstance(names, list) and all(isinstance(name, str) for name in names):
        plugins.load(names, folder=folder.resolve(), source=source)


def _has_nul(node: Any) -> bool:
    if isinstance(node, dict):
        return any("\0" in name or _has_nul(value) for name, value in node.items())
    if isinstance(node, list):
        return any(map(_has_nul, node))
    return isinstance(node, str) and "\0" in node


def find(folder: Path) -> Path | None:
    """Return the path of the config in *folder*; None if *folder* contains no config."""
    if (folder / FILE).is_file():
        return folder / FILE
    project = folder / "pyproject.toml"
    return project if project.is_file() and _has_table(project) else None


def _has_table(project: Path) -> bool:
    text = project.read_text(encoding=ENCODING, errors="replace")
    try:
        return _table_of(tomllib.loads(text)) is not None
    except (tomllib.TOMLDecodeError, RecursionError):
        # If invalid TOML mentions our table, it counts as the config, so that loading it reports the error.
        return f"[{TABLE}" in text


def _table_of(project: dict[str, Any]) -> dict[str, Any] | None:
    tool = project.get("tool")
    table = tool.get("fiskil-harness") if isinstance(tool, dict) else None
    return table if isinstance(table, dict) else None


def _existing(folder: Path) -> Path:
    path = find(folder)
    if path is not None:
        return path
    raise ConfigError(
        f"No {FILE} in {str(folder)!r} and no [{TABLE}] in its pyproject.toml. "
        "`fiskil-harness init` writes one, `--config FILE` uses another file."
    )


def _refuse_unknown_keys(raw: Any, shape: Any, place: tuple[str, ...], source: str) -> None:
    struct = _struct_in(shape)
    if struct is None:
        return
    if isinstance(raw, list):
        for value in raw:
            _refuse_unknown_keys(value, struct, place, source)
        return
    if not isinstance(raw, dict):
        return
    fields = {f.name: f.type for f in msgspec.structs.fields(struct) if f.name not in _OURS or place}
    for key, value in raw.items():
        if key not in fields:
            section = ".".join(place) or "the top level"
            now = new_name("config", ".".join((*place, key)))
            if now:
                raise ConfigError(f"{source}: unknown key {key!r} in [{section}]. It is now called {now}.")
            reason = new_name("removed", ".".join((*place, key)))
            if reason:
                raise ConfigError(f"{source}: [{section}] {key} does not exist any more, because {reason}. Remove it.")
            near = nearest(key, fields)
            hint = f" Did you mean {near!r}?" if near else ""
            raise ConfigError(f"{source}: unknown key {key!r} in [{section}].{hint} Known: {', '.join(sorted(fields))}.")
        _refuse_unknown_keys(value, fields[key], (*place, key), source)


def _struct_in(shape: Any) -> Any:
    if isinstance(shape, type) and issubclass(shape, msgspec.Struct):
        return shape
    for inner in typing.get_args(shape):
        struct = _struct_in(inner)
        if struct is not None:
            return struct
    return None


def _spell_out(raw: dict[str, Any]) -> dict[str, Any]:
    """Expand the config's short forms: requests given as ``METHOD /path``, and clause ids or event kinds as dotted keys."""

    def at(node: Any, keys: tuple[str, ...]) -> Any:
        if not isinstance(node, dict):
            return node
        key, *rest = keys
        names = list(node) if key == "*" else [key]
        changed = dict(node)
        for name in names:
            if name not in changed:
                continue
            if rest:
                changed[name] = at(changed[name], tuple(rest))
            elif isinstance(changed[name], str):
                changed[name] = {"request": changed[name]}
        return changed

    for keys in _REQUEST_KEYS:
        raw = at(raw, keys)
    reducer = raw.get("app", {}).get("observe", {}).get("reducer") if _is_tables(raw, "app", "observe") else None
    if isinstance(reducer, dict) and isinstance(reducer.get("becomes"), dict):
        becomes = dict(_flat(reducer["becomes"], keeps_numbers=True))
        observe = {**raw["app"]["observe"], "reducer": {**reducer, "becomes": becomes}}
        raw = {**raw, "app": {**raw["app"], "observe": observe}}
    sandbox = raw.get("sandbox")
    if isinstance(sandbox, dict) and isinstance(sandbox.get("interpretations"), dict):
        raw = {**raw, "sandbox": {**sandbox, "interpretations": dict(_flat(sandbox["interpretations"]))}}
    return raw


def _named_scheme(raw: dict[str, Any]) -> dict[str, Any]:
    app = raw.get("app")
    if not isinstance(app, dict) or not isinstance(app.get("webhook"), dict):
        return raw
    return {**raw, "app": {**app, "webhook": spelt_out(app["webhook"])}}


def _is_tables(raw: Any, *keys: str) -> bool:
    """Return True if *keys*, followed from *raw* through nested tables, end at a table."""
    for key in keys:
        raw = raw.get(key) if isinstance(raw, dict) else None
    return isinstance(raw, dict)


def _flat(table: dict[str, Any], place: str = "", *, keeps_numbers: bool = False) -> Iterator[tuple[str, Any]]:
    """Yield each dotted key of nested tables with its value, because TOML nests the dotted key ``token.lifetime = 3600``.

    An integer is yielded as text unless *keeps_numbers* is True.
    """
    for key, value in table.items():
        if isinstance(value, dict):
            yield from _flat(value, f"{place}{key}.", keeps_numbers=keeps_numbers)
        else:
            yield f"{place}{key}", str(value) if type(value) is int and not keeps_numbers else value


def _path(kind: type, value: Any) -> Any:
    if kind is Path:
        return Path(value)
    raise NotImplementedError(kind)


def _readable(error: msgspec.ValidationError) -> str:
    text = (
        str(error)
        .replace(" | null", "")
        .replace("`object`", "`table`")
        .replace("Object missing", "Table missing")
        .replace("`", "'")
        .replace(" - at '$.", " at '")
        .replace(" - at '$", " at '")
    )
    return text if text.endswith(".") else text + "."


def _allowed(complaint: str) -> str:
    """Return sentences with the nearest match and the allowed values of the key in *complaint*, an error of msgspec.

    Return "" if the key has no fixed set of values.
    """
    _, _, place = complaint.partition(" - at `$.")
    shape: Any = Settings
    for key in place.rstrip("`").split("."):
        struct = _struct_in(shape)
        if struct is None:
            return ""
        shape = {field.name: field.type for field in msgspec.structs.fields(struct)}.get(key.partition("[")[0])
    inner = [value for value in typing.get_args(shape) or () if value is not type(None)]
    choice = shape if typing.get_origin(shape) is typing.Literal else inner[0] if len(inner) == 1 else None
    if typing.get_origin(choice) is not typing.Literal:
        return ""
    values = [str(get_arg) for get_arg in typing.get_args(choice)]
    got = _GOT.search(complaint)
    near = nearest(got[1], values) if got else None
    return (f" Did you mean {near!r}?" if near else "") + f" Allowed: {', '.join(values)}."
