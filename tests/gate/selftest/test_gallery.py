"""The gallery's entries: complete, honest about what they violate, and started from one config each."""

import ast
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from fiskil_harness.core import catalog
from fiskil_harness.errors import ConfigError, UnknownName
from fiskil_harness.gate.selftest import gallery
from fiskil_harness.gate.selftest.gallery import GalleryApp

FAMILY = """
[[family]]
base = "{base}"
framework = "stdlib"
"""

ENTRY = """
[[family.app]]
name = "{name}"
title = "{title}"
"""

FILES = sorted(path for path in (catalog.folder("gallery") / "flawed").rglob("*.*") if path.suffix in {".py", ".js"})

Write = Callable[..., None]


@pytest.fixture
def write(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Write:
    """Make a catalogue whose gallery holds what is given: texts of the two files."""
    root = tmp_path / "root"
    for name in ("flawed", "correct"):
        (root / "gallery" / name).mkdir(parents=True)
    shutil.copytree(catalog.folder("examples") / "reference_app", root / "examples" / "reference_app")
    for name in ("fixtures", "scenarios"):
        (root / name).symlink_to(catalog.folder(name))
    monkeypatch.setattr(catalog, "_ROOT", root)
    monkeypatch.setattr(gallery, "apps", gallery.apps.__wrapped__)

    def files(*, flawed: str, correct: str = "family = []") -> None:
        (root / "gallery" / "flawed" / "gallery.toml").write_text(flawed)
        (root / "gallery" / "correct" / "gallery.toml").write_text(correct)

    return files


def entry(*lines: str, name: str = "shy", title: str = "says nothing", base: str = "reference_app") -> str:
    """A family of one entry, with more lines."""
    return FAMILY.format(base=base) + ENTRY.format(name=name, title=title) + "\n".join(lines)


def flaw(*lines: str, name: str = "shy") -> str:
    """One entry for the demo, caught by one scenario."""
    return entry('violates = ["webhooks.idempotent"]', 'scenarios = ["webhook_repeated"]', "demo = true", *lines, name=name)


def test_there_is_a_flaw_for_client_and_receiver() -> None:
    """At least 14 flawed apps, of which three use something else than the reference app's framework."""
    flawed = [app for app in gallery.apps().values() if app.violates]

    assert len(flawed) >= 14
    assert len([app for app in flawed if app.framework != "starlette"]) >= 4
    assert {app.framework for app in flawed} == {"starlette", "stdlib", "flask", "node"}


def test_there_are_correct_apps_of_other_frameworks() -> None:
    """The reference app, two variants of it, and receivers in two other frameworks."""
    correct = [app for app in gallery.apps().values() if app.collection == "correct"]

    assert len(correct) >= 4
    assert {app.framework for app in correct} >= {"starlette", "stdlib", "node"}


@pytest.mark.parametrize("app", gallery.apps().values(), ids=lambda value: value.name)
def test_every_entry_has_a_config(app: GalleryApp) -> None:
    """Its base exists, its command starts it on a port of ours, and it keeps its files in a folder of ours."""
    settings = gallery.settings(app)

    given = f"{settings.app.command} {settings.app.env}"
    assert settings.folder.is_dir()
    assert "{port}" in given
    assert "{workdir}" in given


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.name)
def test_every_file_belongs_to_an_entry_and_explains_itself(path: Path) -> None:
    """No app lies about unlisted, and each begins with what is wrong with it."""
    listed = {*gallery.apps(), "__init__"}
    first = path.read_text(encoding="utf-8").partition("\n")[0]

    assert path.stem in listed
    assert first.startswith(('"""', "// ", "# "))
    assert len(first) > 40


def test_a_variant_replaces_the_reference_app_in_its_command() -> None:
    """Everything else stays: options, environment, hooks."""
    base, variant = gallery.settings(gallery.app("reference_app")), gallery.settings(gallery.app("no_dedupe"))

    assert "reference_app.app:build" in (base.app.command or "")
    assert variant.app.command == (base.app.command or "").replace(
        "reference_app.app:build", "flawed.webhooks.no_dedupe:build"
    ).replace(" --app-dir ..", "")
    assert variant.app.env == base.app.env | {"PYTHONPATH": "../..:../../../examples"}
    assert (variant.app.observe, variant.app.drive) == (base.app.observe, base.app.drive)
    assert (base.folder.name, variant.folder.name) == ("reference_app", "webhooks")


def test_a_variant_imports_nothing_of_the_harness() -> None:
    """The gallery is made of apps as teams write them."""
    files = list(catalog.folder("gallery").rglob("*.py"))
    imported = [
        name
        for path in files
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        for name in (
            [node.module] if isinstance(node, ast.ImportFrom) else [value.name for value in getattr(node, "names", [])]
        )
    ]

    assert imported
    assert not [name for name in imported if str(name).partition(".")[0] == "fiskil_harness"]


def test_environment_and_limits_stand_above_the_base(write: Write) -> None:
    """An entry changes single values."""
    write(flawed=flaw('command = "{python} shy.py {port}"', 'env = { DATABASE_URL = "none" }', "limits = { ack_s = 1 }"))

    settings = gallery.settings(gallery.app("shy"))

    assert settings.app.command == "{python} shy.py {port}"
    assert settings.app.env["DATABASE_URL"] == "none"
    assert settings.app.env["HARNESS_HOOKS"] == "1"
    assert (settings.app.limits.ack_s, settings.app.limits.call_deadline_s) == (1, 4)


@pytest.mark.parametrize(
    ("lines", "message"),
    [
        (('violates = ["webhooks.idempotence"]',), "Did you mean 'webhooks.idempotent'"),
        (('may = ["webhooks.idempotence"]',), "Did you mean 'webhooks.idempotent'"),
        (('scenarios = ["webhook_repeat"]',), "No scenario 'webhook_repeat' in the gallery app 'shy'. Did you mean"),
        (('may = ["data.upsert", "data.upsert"]',), "has the practice of shy 'data.upsert' twice"),
        (('violates = ["data.upsert"]',), "'shy' violates data.upsert; scenarios must name what catches it"),
        (('frame = "x"',), "unknown field"),
        (("demo = false",), "must have demo = true, got none"),
    ],
)
def test_a_wrong_entry_is_refused(lines: tuple[str, ...], message: str, write: Write) -> None:
    """Before anything runs, with the name and the nearest match."""
    write(flawed=entry(*lines))

    with pytest.raises((ConfigError, UnknownName)) as refusal:
        gallery.apps()
    assert message in str(refusal.value)


@pytest.mark.parametrize(
    ("lines", "message"),
    [
        (("limits = { acks_s = 1 }",), "No limit 'acks_s' in the gallery app 'shy'. Did you mean 'ack_s'"),
        (('command = "{pyton} shy.py"',), "Did you mean {python}"),
    ],
)
def test_a_config_that_does_not_fit_is_refused(lines: tuple[str, ...], message: str, write: Write) -> None:
    """When the app is about to be used."""
    write(flawed=flaw(*lines))

    with pytest.raises((ConfigError, UnknownName)) as refusal:
        gallery.settings(gallery.app("shy"))
    assert message in str(refusal.value)


def test_an_unknown_base_names_the_nearest(write: Write) -> None:
    """A family names a folder of ``examples`` or a config beside the correct apps."""
    write(flawed=flaw().replace('base = "reference_app"', 'base = "reference"'))

    with pytest.raises(UnknownName, match=r"No base 'reference' in the gallery app 'shy'\. Did you mean 'reference_app'"):
        gallery.settings(gallery.app("shy"))


def test_a_correct_app_violates_nothing(write: Write) -> None:
    """What is not sure belongs into the other file."""
    write(flawed=flaw(), correct=entry('may = ["data.upsert"]', name="bold"))

    with pytest.raises(ConfigError, match="'bold' is correct, so it can violate nothing"):
        gallery.apps()


def test_names_are_unique_over_both_files(write: Write) -> None:
    """A name means one app."""
    write(flawed=flaw(), correct=entry())

    with pytest.raises(ConfigError, match="has the name 'shy' twice"):
        gallery.apps()


def test_an_unknown_app_is_named_with_its_nearest_match() -> None:
    """As every name in the house."""
    with pytest.raises(UnknownName, match=r"No gallery app 'no_dedup' .* Did you mean 'no_dedupe'"):
        gallery.app("no_dedup")


def test_the_demo_is_a_flaw_that_everybody_understands() -> None:
    """A message that is applied twice."""
    assert gallery.demo().name == "no_dedupe"
    assert gallery.demo().violates == ("webhooks.idempotent",)


@pytest.mark.parametrize(
    ("name", "codes"), [("no_dedupe", (1,)), ("does_nothing", (1, 3)), ("reference_app", (0,)), ("stdlib_receiver", (0,))]
)
def test_the_gate_has_an_answer_for_each(name: str, codes: tuple[int, ...]) -> None:
    """1 where something is violated, 0 only where everything is right."""
    assert gallery.app(name).exit_codes == codes


def test_a_missing_tool_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    """An app whose framework is not there cannot be blamed for it."""
    monkeypatch.setenv("PATH", "")

    assert gallery.missing_tool(gallery.app("node_receiver")) == "node (Node.js)"
    assert gallery.missing_tool(gallery.app("no_dedupe")) == ""
