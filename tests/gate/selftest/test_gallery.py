"""The gallery's entries are complete and valid, and each has a config."""

import ast
import importlib.util
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from fiskil_harness.core import catalog
from fiskil_harness.errors import ConfigError, UnknownName
from fiskil_harness.gate.selftest import gallery
from fiskil_harness.gate.selftest.gallery import GalleryApp
from tests.gate.selftest.expectations import exit_codes

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
    """Return a function that writes the two manifests of a temporary gallery."""
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


def entry(*lines: str, name: str = "shy", title: str = "does nothing", base: str = "reference_app") -> str:
    """Return a family with one entry and additional *lines*."""
    return FAMILY.format(base=base) + ENTRY.format(name=name, title=title) + "\n".join(lines)


def flaw(*lines: str, name: str = "shy") -> str:
    """Return a flawed entry for the demo, caught by one scenario."""
    return entry('violates = ["webhooks.idempotent"]', 'scenarios = ["webhook_repeated"]', "demo = true", *lines, name=name)


def test_flawed_apps_use_several_frameworks() -> None:
    """There are at least 14 flawed apps, and at least four use another framework than the reference app."""
    flawed = [app for app in gallery.apps().values() if app.violates]

    assert len(flawed) >= 14
    assert len([app for app in flawed if app.framework != "starlette"]) >= 4
    assert {app.framework for app in flawed} == {"starlette", "stdlib", "flask", "node"}


def test_correct_apps_use_several_frameworks() -> None:
    """There are at least four correct apps, in at least three frameworks."""
    correct = [app for app in gallery.apps().values() if app.collection == "correct"]

    assert len(correct) >= 4
    assert {app.framework for app in correct} >= {"starlette", "stdlib", "node"}


@pytest.mark.parametrize("app", gallery.apps().values(), ids=lambda value: value.name)
def test_every_entry_has_a_config(app: GalleryApp) -> None:
    """Its folder exists, and its command or environment uses the harness's port and working folder."""
    settings = gallery.settings(app)

    text = f"{settings.app.command} {settings.app.env}"
    assert settings.folder.is_dir()
    assert "{port}" in text
    assert "{workdir}" in text


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.name)
def test_every_file_belongs_to_an_entry_and_states_its_flaw(path: Path) -> None:
    """The first line of each flawed app describes the flaw."""
    listed = {*gallery.apps(), "__init__"}
    first = path.read_text(encoding="utf-8").partition("\n")[0]

    assert path.stem in listed
    assert first.startswith(('"""', "// ", "# "))
    assert len(first) > 40


def test_a_variant_replaces_the_reference_app_in_its_command() -> None:
    """Other options, the environment and the hooks stay the same."""
    base, variant = gallery.settings(gallery.app("reference_app")), gallery.settings(gallery.app("no_dedupe"))

    assert "reference_app.app:build" in (base.app.command or "")
    assert variant.app.command == (base.app.command or "").replace(
        "reference_app.app:build", "flawed.webhooks.no_dedupe:build"
    ).replace(" --app-dir ..", "")
    assert variant.app.env == base.app.env | {"PYTHONPATH": "../..:../../../examples"}
    assert (variant.app.observe, variant.app.drive) == (base.app.observe, base.app.drive)
    assert (base.folder.name, variant.folder.name) == ("reference_app", "webhooks")


def test_an_entry_adds_pages_to_those_of_its_base() -> None:
    """The other hooks of ``app.observe`` stay as they are."""
    base, more = (
        gallery.settings(gallery.app("reference_app")),
        gallery.settings(gallery.app("money_page_cached_for_a_minute")),
    )

    assert dict(more.app.observe.pages) == {**base.app.observe.pages, "money": "/money?customer={end_user_ref}"}
    assert more.app.observe.effects == base.app.observe.effects


def test_gallery_apps_do_not_import_the_harness() -> None:
    """They are written like apps of real teams."""
    files = list(catalog.folder("gallery").rglob("*.py"))
    imported = [
        name
        for path in files
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(node, ast.Import | ast.ImportFrom)
        for name in ([node.module] if isinstance(node, ast.ImportFrom) else [alias.name for alias in node.names])
    ]

    assert imported
    assert not [name for name in imported if str(name).partition(".")[0] == "fiskil_harness"]


def test_an_entry_overrides_single_values_of_its_base(write: Write) -> None:
    """Other values of environment and limits stay those of the base."""
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
        (('violates = ["data.upsert"]',), "'shy' violates data.upsert, so scenarios must name one that catches it"),
        (('frame = "x"',), "unknown field"),
        (("demo = false",), "must have demo = true, got none"),
    ],
)
def test_a_wrong_entry_is_refused(lines: tuple[str, ...], message: str, write: Write) -> None:
    """The error occurs before anything runs, and names the value and the nearest match."""
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
def test_an_invalid_override_is_refused(lines: tuple[str, ...], message: str, write: Write) -> None:
    """The error occurs when the config of the app is needed."""
    write(flawed=flaw(*lines))

    with pytest.raises((ConfigError, UnknownName)) as refusal:
        gallery.settings(gallery.app("shy"))
    assert message in str(refusal.value)


def test_an_unknown_base_names_the_nearest(write: Write) -> None:
    """The base is a folder of ``examples``, or a config next to the correct apps."""
    write(flawed=flaw().replace('base = "reference_app"', 'base = "reference"'))

    with pytest.raises(UnknownName, match=r"No base 'reference' in the gallery app 'shy'\. Did you mean 'reference_app'"):
        gallery.settings(gallery.app("shy"))


def test_a_correct_app_must_not_violate_anything(write: Write) -> None:
    """An entry of the correct apps with a violation is refused."""
    write(flawed=flaw(), correct=entry('may = ["data.upsert"]', name="bold"))

    with pytest.raises(ConfigError, match="'bold' is correct, so it must not violate a practice"):
        gallery.apps()


def test_names_are_unique_in_the_whole_gallery(write: Write) -> None:
    """A flawed and a correct app must not have the same name."""
    write(flawed=flaw(), correct=entry())

    with pytest.raises(ConfigError, match="has the name 'shy' twice"):
        gallery.apps()


def test_an_unknown_app_is_refused_with_the_nearest_match() -> None:
    """The message suggests the nearest name."""
    with pytest.raises(UnknownName, match=r"No gallery app 'no_dedup' .* Did you mean 'no_dedupe'"):
        gallery.app("no_dedup")


def test_the_demo_has_a_simple_flaw() -> None:
    """It applies a repeated message twice."""
    assert gallery.demo().name == "no_dedupe"
    assert gallery.demo().violates == ("webhooks.idempotent",)


@pytest.mark.parametrize(
    ("name", "codes"), [("no_dedupe", (1,)), ("does_nothing", (1, 3)), ("reference_app", (0,)), ("stdlib_receiver", (0,))]
)
def test_each_app_has_expected_exit_codes(name: str, codes: tuple[int, ...]) -> None:
    """A violation gives 1, and only a correct app gives 0."""
    assert exit_codes(gallery.app(name)) == codes


def test_a_missing_tool_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    """An app whose framework is not installed cannot run."""
    monkeypatch.setenv("PATH", "")

    assert gallery.missing_tool(gallery.app("node_receiver")) == "node (Node.js)"
    assert gallery.missing_tool(gallery.app("no_dedupe")) == ""


def test_the_first_missing_tool_of_a_stack_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    """The text says how to install it."""
    monkeypatch.setattr(importlib.util, "find_spec", lambda _name: None)

    assert gallery.missing_tool(gallery.app("django_stack")) == "django (pip install django)"
