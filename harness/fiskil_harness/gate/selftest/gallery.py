"""The gallery: apps with one flaw each, correct apps, and what the gate must report about each of them.

``gallery/flawed/<family>/`` and ``gallery/correct/`` each have a ``gallery.toml``. This module reads them and runs nothing.
"""

import importlib.util
import os
import shutil
import tomllib
from collections import Counter
from collections.abc import Callable, Collection, Iterable
from functools import cache
from pathlib import Path
from typing import Any, Literal

import msgspec
from msgspec import Struct

from fiskil_harness.core import catalog
from fiskil_harness.core.config import FILE, Facts, Settings, load
from fiskil_harness.core.config.placeholders import refuse_bad_templates
from fiskil_harness.core.config.schema import Login, Observe, Tls, Webhook
from fiskil_harness.core.config.validation import refuse_contradictions
from fiskil_harness.core.config.webhook_format import preset
from fiskil_harness.core.renamed import new_name
from fiskil_harness.errors import ConfigError, UnknownName
from fiskil_harness.gate.receiver_bugs import bug
from fiskil_harness.probes.practices import practice
from fiskil_harness.scenario.scenario import load as load_scenario

COLLECTIONS: tuple[Literal["flawed", "correct"], ...] = ("flawed", "correct")
MANIFEST = "gallery.toml"
REFERENCE = "reference_app.app:build"
APP_DIR = " --app-dir .."
"""The option by which the reference app's own config finds its module; the gallery sets PYTHONPATH instead."""
OTHERS = 1
"""The default number of scenarios that the selftest runs on a flawed app in addition to those that catch its flaw.

It is small, because only the flaw of such an app matters. The correct apps show that no scenario gives a false alarm.
"""

Framework = Literal["starlette", "stdlib", "flask", "node", "django", "express", "fastapi"]


NODE_MODULES = Path("tests/browser/node_modules")
"""The folder of npm packages, relative to the folder that contains the gallery; the wheel does not contain it."""


def _lacks_program(name: str) -> Callable[[], bool]:
    return lambda: shutil.which(name) is None


def _lacks_module(name: str) -> Callable[[], bool]:
    return lambda: importlib.util.find_spec(name) is None


def _lacks_postgres() -> bool:
    return not any(Path("/usr/lib/postgresql").glob("*/bin/initdb"))


def _lacks_express() -> bool:
    return not (catalog.folder("gallery").parent / NODE_MODULES / "express").is_dir()


_NODE = ("node (Node.js)", _lacks_program("node"))
_POSTGRES = ("PostgreSQL (apt-get install postgresql)", _lacks_postgres)
_TOOLS: dict[Framework, tuple[tuple[str, Callable[[], bool]], ...]] = {
    "starlette": (),
    "stdlib": (),
    "flask": (("flask (pip install flask)", _lacks_module("flask")),),
    "fastapi": (("fastapi (pip install fastapi)", _lacks_module("fastapi")),),
    "node": (_NODE,),
    "django": (
        *((f"{name} (pip install {name})", _lacks_module(name)) for name in ("django", "gunicorn", "psycopg")),
        _POSTGRES,
    ),
    "express": (
        _NODE,
        _POSTGRES,
        ("Redis (apt-get install redis-server)", _lacks_program("redis-server")),
        ("express (npm ci --prefix tests/browser)", _lacks_express),
    ),
}
"""The tools that apps of each framework need, each with a function that returns true if this machine does not have it."""


class GalleryApp(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """One app of the gallery, and the facts about it.

    ``title`` is the first line of the app's module unless the manifest gives one. ``violates`` are the practices that the
    gate must find violated, ``may`` those that may be violated as a consequence; anything else is a false alarm. ``bugs``
    are the bugs of the catalogue that the app has. ``scenarios`` are the scenarios that catch the flaw, and ``probes`` the
    probes that fail in them; the scenarios of a correct app test its special features. ``others`` is the number of further
    scenarios in the selftest; None means all quick ones. ``command``, ``env``, ``tls``, ``login``, ``limits`` and ``facts``
    override the base config, and ``scheme`` is the sender whose webhooks the app receives, which its environment names;
    ``without`` lists hooks of ``app.observe`` that the base config has and this app does not, and ``pages`` has pages of
    ``app.observe`` that the base config does not have.
    ``place`` is the folder below ``gallery``.
    """

    name: str
    title: str = ""
    framework: Framework
    base: str = "reference_app"
    command: str = ""
    env: dict[str, str] = {}
    tls: dict[str, Any] = {}
    login: Login | None = None
    scheme: str = ""
    without: tuple[str, ...] = ()
    pages: dict[str, str] = {}
    limits: dict[str, int | float] = {}
    facts: dict[str, Any] = {}
    violates: tuple[str, ...] = ()
    may: tuple[str, ...] = ()
    bugs: tuple[str, ...] = ()
    scenarios: tuple[str, ...] = ()
    probes: tuple[str, ...] = ()
    others: int | None = None
    demo: bool = False
    collection: Literal["flawed", "correct"] = "flawed"
    place: str = ""


class _Family(Struct, frozen=True, forbid_unknown_fields=True):
    """Apps that share a base: a folder of ``examples``, or a config in ``gallery/correct``.

    ``command`` starts each app whose entry has no command; ``{name}`` and ``{module}`` stand for the app's name and module.
    """

    base: str
    framework: Framework
    app: tuple[dict[str, Any], ...]
    command: str = ""
    env: dict[str, str] = {}


class _Manifest(Struct, frozen=True, forbid_unknown_fields=True):
    family: tuple[_Family, ...]


@cache
def apps() -> dict[str, GalleryApp]:
    """Return every app of the gallery by name, flawed ones first, in the order of the files; none without a gallery.

    Raises:
        ConfigError: A file cannot be read, a name or practice is repeated, not exactly one app is the demo, or an entry
            contradicts its collection.
        UnknownName: A practice, bug, scenario or probe does not exist.
    """
    if not catalog.folder("gallery").is_dir():
        return {}
    entries = [entry for collection in COLLECTIONS for entry in _read(collection)]
    _refuse_duplicates("name", [entry.name for entry in entries])
    demos = [entry.name for entry in entries if entry.demo]
    if len(demos) != 1:
        raise ConfigError(f"Exactly one app of the gallery must have demo = true, got {', '.join(demos) or 'none'}.")
    return {entry.name: entry for entry in entries}


def app(name: str) -> GalleryApp:
    """Return the app called *name*.

    Raises:
        UnknownName: The gallery has no such app; the message suggests the nearest match.
    """
    if name not in apps():
        raise UnknownName("gallery app", name, apps(), place="the manifests in gallery/", now=new_name("gallery", name))
    return apps()[name]


def demo() -> GalleryApp:
    """Return the flawed app that `fiskil-harness demo` runs."""
    return next(entry for entry in apps().values() if entry.demo)


def settings(entry: GalleryApp) -> Settings:
    """Return the config of *entry*: its base, overridden by the entry's own values. The command runs in the entry's folder.

    It requires the interpretations that the entry's scenarios force, and defence in depth, because some flaws show only so.

    Raises:
        ConfigError: The base cannot be read, or the overridden config is invalid.
        UnknownName: The entry contains a base, limit, fact or hook that does not exist.
    """
    base = load(_base(entry))
    is_base_itself = entry.name == entry.base
    folder = base.folder if is_base_itself else catalog.folder("gallery") / entry.place
    changed_app = msgspec.structs.replace(
        base.app,
        command=base.app.command if is_base_itself else _command(entry, base),
        env=base.app.env | _python_path(folder) | ({"SCHEME": entry.scheme} if entry.scheme else {}) | entry.env,
        webhook=_webhook(entry, base),
        tls=_tls(entry, base),
        observe=_observe(entry, base),
        login=entry.login or base.app.login,
        limits=_limits(entry, base),
        facts=_facts(entry, base),
    )
    source = f"{base.source} for {entry.name}"
    stated = base.stated_limits | entry.limits.keys()
    interpretations = [
        f"{name}={choice}" for own in entry.scenarios for name, choice in load_scenario(own).interpretations.items()
    ]
    chosen = tuple(interpretations) or base.gate.interpretations
    gate = msgspec.structs.replace(base.gate, interpretations=chosen, defence_in_depth=True)
    config = msgspec.structs.replace(base, app=changed_app, gate=gate, folder=folder, source=source, stated_limits=stated)
    refuse_contradictions(config)
    refuse_bad_templates(config)
    return config


def missing_tool(entry: GalleryApp) -> str:
    """Return the tool that *entry* needs and this machine does not have; "" if the app can run."""
    return next((tool for tool, is_missing in _TOOLS[entry.framework] if is_missing()), "")


def _read(collection: Literal["flawed", "correct"]) -> list[GalleryApp]:
    root = catalog.folder("gallery") / collection
    paths = sorted(root.rglob(MANIFEST)) or [root / MANIFEST]
    return [_check(entry) for path in paths for entry in _entries(path, collection)]


def _entries(path: Path, collection: Literal["flawed", "correct"]) -> list[GalleryApp]:
    place = str(path.parent.relative_to(catalog.folder("gallery")))
    try:
        families = msgspec.convert(tomllib.loads(path.read_text(encoding="utf-8")), _Manifest).family
        return [_entry(raw, family, path.parent, collection, place) for family in families for raw in family.app]
    except (OSError, tomllib.TOMLDecodeError, msgspec.ValidationError) as error:
        raise ConfigError(f"gallery/{place}/{MANIFEST} cannot be used: {error}.") from None


def _entry(raw: dict[str, Any], family: _Family, folder: Path, collection: str, place: str) -> GalleryApp:
    entry = msgspec.convert({"framework": family.framework, "command": family.command, **raw}, GalleryApp)
    return msgspec.structs.replace(
        entry,
        title=entry.title or _title(folder, entry.name),
        base=family.base,
        env=family.env | entry.env,
        others=OTHERS if entry.others is None and entry.violates else entry.others,
        collection=collection,
        place=place,
    )


def _title(folder: Path, name: str) -> str:
    """Return the first line of the module's docstring or opening comment, without the full stop."""
    for path in (folder / f"{name}.py", folder / f"{name}.js"):
        if path.is_file():
            first_line = path.read_text(encoding="utf-8").partition("\n")[0]
            return first_line.strip('/" ').rstrip(".")
    return ""


def _check(entry: GalleryApp) -> GalleryApp:
    for practice_id in (*entry.violates, *entry.may):
        practice(practice_id)
    for bug_id in entry.bugs:
        bug(bug_id)
    place = f"the gallery app {entry.name!r}"
    _refuse_unknown("scenario", entry.scenarios, [*catalog.scenario_names(), *catalog.opt_in_names()], place)
    probes = {probe for practice_id in entry.violates for probe in practice(practice_id).probes}
    _refuse_unknown("probe", entry.probes, probes, f"the practices that {entry.name!r} violates")
    _refuse_duplicates(f"practice of {entry.name}", [*entry.violates, *entry.may])
    if entry.collection == "correct" and (entry.violates or entry.may or entry.bugs or entry.demo):
        raise ConfigError(
            f"The gallery app {entry.name!r} is correct, so it must not violate a practice, have a bug or be the demo."
        )
    if entry.violates and not entry.scenarios:
        raise ConfigError(
            f"The gallery app {entry.name!r} violates {entry.violates[0]}, so scenarios must name one that catches it."
        )
    return entry


def _refuse_unknown(kind: str, names: Iterable[str], known: Collection[str], place: str) -> None:
    for name in names:
        if name not in known:
            raise UnknownName(kind, name, known, place=place)


def _refuse_duplicates(kind: str, names: list[str]) -> None:
    duplicates = [name for name, count in Counter(names).items() if count > 1]
    if duplicates:
        raise ConfigError(f"The gallery has the {kind} {duplicates[0]!r} twice. Keep one.")


def _base(entry: GalleryApp) -> Path:
    examples = catalog.folder("examples")
    gallery_config = catalog.folder("gallery") / "correct" / entry.base
    if gallery_config.suffix == ".toml" and gallery_config.is_file():
        return gallery_config
    if (examples / entry.base / FILE).is_file():
        return examples / entry.base / FILE
    bases = [path.parent.name for path in examples.glob(f"*/{FILE}")]
    bases += [path.name for path in gallery_config.parent.glob("*.toml") if path.name != MANIFEST]
    raise UnknownName("base", entry.base, bases, place=f"the gallery app {entry.name!r}")


def _command(entry: GalleryApp, base: Settings) -> str:
    """Return the command of the entry or its family, or else the base's command, changed to start the entry's module."""
    if entry.command:
        return entry.command.replace("{name}", entry.name).replace("{module}", _module(entry))
    return _with_module(entry, base.app.command or "", base)


def _with_module(entry: GalleryApp, command: str, base: Settings) -> str:
    if REFERENCE not in command:
        raise ConfigError(
            f"The gallery app {entry.name!r} needs its own command, because {base.source} does not start {REFERENCE}."
        )
    return command.replace(REFERENCE, f"{_module(entry)}:build").replace(APP_DIR, "")


def _python_path(folder: Path) -> dict[str, str]:
    """Return the PYTHONPATH for an app in *folder*, so that it can import the packages of ``gallery`` and ``examples``.

    Paths are relative, so that they are equal on every machine.
    """
    places = (catalog.folder("gallery"), catalog.folder("examples"))
    return {"PYTHONPATH": os.pathsep.join(os.path.relpath(place, folder) for place in places)}


def _webhook(entry: GalleryApp, base: Settings) -> Webhook:
    if not entry.scheme:
        return base.app.webhook
    sender = preset(entry.scheme)
    return msgspec.structs.replace(base.app.webhook, scheme=sender.scheme, payload=sender.payload)


def _limits(entry: GalleryApp, base: Settings) -> object:
    limits = msgspec.structs.asdict(base.app.limits)
    _refuse_unknown("limit", entry.limits, limits, f"the gallery app {entry.name!r}")
    return msgspec.structs.replace(base.app.limits, **entry.limits)


def _tls(entry: GalleryApp, base: Settings) -> Tls | None:
    """Return the TLS settings of the entry, or else the base's, changed to start the entry's module.

    Return None if the entry has its own command, or if the base's TLS command does not start the reference app.
    """
    if entry.tls:
        return msgspec.convert(entry.tls, Tls)
    tls = base.app.tls
    if tls is None or entry.name == entry.base:
        return tls
    if entry.command or REFERENCE not in (tls.command or ""):
        return None
    return msgspec.structs.replace(tls, command=_with_module(entry, tls.command or "", base))


def _module(entry: GalleryApp) -> str:
    return ".".join((*Path(entry.place).parts, entry.name))


def _observe(entry: GalleryApp, base: Settings) -> Observe:
    _refuse_unknown("hook", entry.without, Observe.__struct_fields__, f"the gallery app {entry.name!r}")
    defaults = msgspec.structs.asdict(Observe())
    observe = msgspec.structs.replace(base.app.observe, **{name: defaults[name] for name in entry.without})
    return msgspec.structs.replace(observe, pages={**observe.pages, **entry.pages}) if entry.pages else observe


def _facts(entry: GalleryApp, base: Settings) -> Facts:
    facts = msgspec.structs.asdict(base.app.facts)
    _refuse_unknown("fact", entry.facts, facts, f"the gallery app {entry.name!r}")
    return msgspec.convert({**facts, **entry.facts}, Facts)
