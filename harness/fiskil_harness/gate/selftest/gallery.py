"""The gallery: apps with one flaw each, correct apps, and what the gate must report about each of them.

``gallery/flawed/<family>/`` and ``gallery/correct/`` each have a ``gallery.toml``. Entries are values: nothing runs here.
"""

import importlib.util
import os
import shutil
import tomllib
from collections import Counter
from functools import cache
from pathlib import Path
from typing import Any, Literal

import msgspec
from msgspec import Struct

from fiskil_harness.core import catalog
from fiskil_harness.core.config import FILE, Facts, Settings, load
from fiskil_harness.core.config.schema import Login, Observe, Tls
from fiskil_harness.core.config.validation import refuse_bad_templates, refuse_contradictions
from fiskil_harness.core.renamed import new_name
from fiskil_harness.errors import ConfigError, UnknownName
from fiskil_harness.gate.receiver_bugs import bug
from fiskil_harness.probes.practices import practice

COLLECTIONS: tuple[Literal["flawed", "correct"], ...] = ("flawed", "correct")
MANIFEST = "gallery.toml"
REFERENCE = "reference_app.app:build"
APP_DIR = " --app-dir .."
"""How the reference app's own config finds its module; the gallery sets PYTHONPATH instead."""
OTHERS = 2


Framework = Literal["starlette", "stdlib", "flask", "node"]


class GalleryApp(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """One app of the gallery, and the truth about it.

    ``title`` is the first line of the app's module unless the manifest gives one. ``violates`` are the practices that the
    gate must find violated, ``may`` those that may be violated as a consequence; anything else is a false alarm. ``bugs``
    are those of the catalogue that it has. ``scenarios`` catch the flaw, by ``probes`` that fail there; for a correct app
    they show what is special about it. ``others`` is how many more scenarios the selftest plays; ``None`` means all that
    are quick. ``command``, ``env``, ``tls``, ``entrance``, ``limits`` and ``facts`` override the base config; ``without``
    names hooks of ``app.observe`` that the base config gives and this app does not. ``place`` is the folder below
    ``gallery``.
    """

    name: str
    title: str = ""
    framework: Framework
    base: str = "reference_app"
    command: str = ""
    env: dict[str, str] = {}
    tls: dict[str, Any] = {}
    login: Login | None = None
    without: tuple[str, ...] = ()
    limits: dict[str, float] = {}
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

    @property
    def exit_codes(self) -> tuple[int, ...]:
        """How ``gate`` may end: 0 for a correct app, 1 for a violation, and never 0 for an app that does nothing."""
        if self.collection == "correct":
            return (0,)
        return (1,) if self.violates else (1, 3)


class _Family(Struct, frozen=True, forbid_unknown_fields=True):
    """Apps that share a base: a folder of ``examples``, or a config in ``gallery/correct``.

    ``command`` starts each of them unless its entry has its own; ``{name}`` and ``{module}`` stand for the entry's.
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
    """Every app of the gallery by name, flawed ones first, in the order of the files.

    Raises:
        ConfigError: A file cannot be read, or a name, the demo or the truth about an app stands twice or nowhere.
        UnknownName: A practice or scenario that does not exist.
    """
    found = [entry for collection in COLLECTIONS for entry in _read(collection)]
    _refuse_all_but_one("name", [entry.name for entry in found])
    demos = [entry.name for entry in found if entry.demo]
    if len(demos) != 1:
        raise ConfigError(f"One app of the gallery must have demo = true, got {', '.join(demos) or 'none'}.")
    return {entry.name: entry for entry in found}


def app(name: str) -> GalleryApp:
    """The app called *name*; the nearest match is in the complaint."""
    if name not in apps():
        raise UnknownName("gallery app", name, apps(), place="the manifests in gallery/", now=new_name("gallery", name))
    return apps()[name]


def demo() -> GalleryApp:
    """The flawed app that a newcomer is shown."""
    return next(entry for entry in apps().values() if entry.demo)


def settings(entry: GalleryApp) -> Settings:
    """The config of *entry*: its base with everything that the entry says put above it. The command runs in its folder.

    Raises:
        ConfigError: The base cannot be read, or does not fit with what the entry says.
    """
    base = load(_base(entry))
    is_base_itself = entry.name == entry.base
    folder = base.folder if is_base_itself else catalog.folder("gallery") / entry.place
    changed = msgspec.structs.replace(
        base.app,
        command=base.app.command if is_base_itself else _command(entry, base),
        env=base.app.env | _python_path(folder) | entry.env,
        tls=_tls(entry, base),
        observe=_observe(entry, base),
        login=entry.login or base.app.login,
        limits=_limits(entry, base),
        facts=_facts(entry, base),
    )
    source = f"{base.source} for {entry.name}"
    stated = base.stated_limits | entry.limits.keys()
    made = msgspec.structs.replace(base, app=changed, folder=folder, source=source, stated_limits=stated)
    refuse_contradictions(made)
    refuse_bad_templates(made)
    return made


def missing_tool(entry: GalleryApp) -> str:
    """What *entry* needs and this machine lacks; empty when it can run."""
    if entry.framework == "node" and shutil.which("node") is None:
        return "node (Node.js)"
    if entry.framework == "flask" and importlib.util.find_spec("flask") is None:
        return "flask (pip install flask)"
    return ""


def _read(collection: Literal["flawed", "correct"]) -> list[GalleryApp]:
    root = catalog.folder("gallery") / collection
    paths = sorted(root.rglob(MANIFEST)) or [root / MANIFEST]
    return [_checked(entry) for path in paths for entry in _entries(path, collection)]


def _others(entry: GalleryApp) -> int | None:
    """A flawed app meets few others unless it says more: what it is blamed for is its flaw."""
    return OTHERS if entry.others is None and entry.violates else entry.others


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
        others=_others(entry),
        collection=collection,
        place=place,
    )


def _title(folder: Path, name: str) -> str:
    """Return the first line of the module's docstring, or of its opening comment, without the full stop."""
    for path in (folder / f"{name}.py", folder / f"{name}.js"):
        if path.is_file():
            first_line = path.read_text(encoding="utf-8").partition("\n")[0]
            return first_line.strip('/" ').rstrip(".")
    return ""


def _checked(entry: GalleryApp) -> GalleryApp:
    for practice_id in (*entry.violates, *entry.may):
        practice(practice_id)
    for bug_id in entry.bugs:
        bug(bug_id)
    known = [*catalog.scenario_names(), *catalog.opt_in_names()]
    for name in entry.scenarios:
        if name not in known:
            raise UnknownName("scenario", name, known, place=f"the gallery app {entry.name!r}")
    bearing = {probe for practice_id in entry.violates for probe in practice(practice_id).probes}
    for name in entry.probes:
        if name not in bearing:
            raise UnknownName("probe", name, bearing, place=f"the practices that {entry.name!r} violates")
    _refuse_all_but_one(f"practice of {entry.name}", [*entry.violates, *entry.may])
    if entry.collection == "correct" and (entry.violates or entry.may or entry.bugs or entry.demo):
        raise ConfigError(f"The gallery app {entry.name!r} is correct, so it can violate nothing and is no demo.")
    if entry.violates and not entry.scenarios:
        raise ConfigError(
            f"The gallery app {entry.name!r} violates {entry.violates[0]}; scenarios must name what catches it."
        )
    return entry


def _refuse_all_but_one(what: str, names: list[str]) -> None:
    twice = [name for name, count in Counter(names).items() if count > 1]
    if twice:
        raise ConfigError(f"The gallery has the {what} {twice[0]!r} twice. Keep one.")


def _base(entry: GalleryApp) -> Path:
    examples = catalog.folder("examples")
    beside = catalog.folder("gallery") / "correct" / entry.base
    if beside.suffix == ".toml" and beside.is_file():
        return beside
    if (examples / entry.base / FILE).is_file():
        return examples / entry.base / FILE
    known = [path.parent.name for path in examples.glob(f"*/{FILE}")]
    known += [path.name for path in beside.parent.glob("*.toml") if path.name != MANIFEST]
    raise UnknownName("base", entry.base, known, place=f"the gallery app {entry.name!r}")


def _command(entry: GalleryApp, base: Settings) -> str:
    """Return the entry's or its family's command; else the base's, with the reference app replaced by the entry's module."""
    if entry.command:
        return entry.command.replace("{name}", entry.name).replace("{module}", _module(entry))
    return _started(entry, base.app.command or "", base)


def _started(entry: GalleryApp, command: str, base: Settings) -> str:
    if REFERENCE not in command:
        raise ConfigError(
            f"The gallery app {entry.name!r} needs a command, because {base.source} does not start {REFERENCE}."
        )
    return command.replace(REFERENCE, f"{_module(entry)}:build").replace(APP_DIR, "")


def _python_path(folder: Path) -> dict[str, str]:
    """Let apps import ``flawed``, ``correct`` and the packages of ``examples``, by paths that no machine owns."""
    places = (catalog.folder("gallery"), catalog.folder("examples"))
    return {"PYTHONPATH": os.pathsep.join(os.path.relpath(place, folder) for place in places)}


def _limits(entry: GalleryApp, base: Settings) -> object:
    known = msgspec.structs.asdict(base.app.limits)
    for name in entry.limits:
        if name not in known:
            raise UnknownName("limit", name, known, place=f"the gallery app {entry.name!r}")
    return msgspec.structs.replace(base.app.limits, **entry.limits)


def _tls(entry: GalleryApp, base: Settings) -> Tls | None:
    """The base's way to serve TLS, of the entry's own module; none where the entry is started by a command of its own."""
    if entry.tls:
        return msgspec.convert(entry.tls, Tls)
    tls = base.app.tls
    if tls is None or entry.name == entry.base:
        return tls
    if entry.command or REFERENCE not in (tls.command or ""):
        return None
    return msgspec.structs.replace(tls, command=_started(entry, tls.command or "", base))


def _module(entry: GalleryApp) -> str:
    return ".".join((*Path(entry.place).parts, entry.name))


def _observe(entry: GalleryApp, base: Settings) -> Observe:
    for name in entry.without:
        if name not in Observe.__struct_fields__:
            raise UnknownName("hook", name, Observe.__struct_fields__, place=f"the gallery app {entry.name!r}")
    usual = msgspec.structs.asdict(Observe())
    return msgspec.structs.replace(base.app.observe, **{name: usual[name] for name in entry.without})


def _facts(entry: GalleryApp, base: Settings) -> Facts:
    known = msgspec.structs.asdict(base.app.facts)
    for name in entry.facts:
        if name not in known:
            raise UnknownName("fact", name, known, place=f"the gallery app {entry.name!r}")
    return msgspec.convert({**known, **entry.facts}, Facts)
