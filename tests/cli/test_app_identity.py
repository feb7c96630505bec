"""The identity of the app under test: name, version and commit, read from its folder."""

import subprocess
from pathlib import Path

import pytest

from fiskil_harness.cli.app_identity import identity_of
from fiskil_harness.core.config import Settings
from fiskil_harness.core.config.schema import AppSettings
from fiskil_harness.gate.judgement import AppIdentity


def settings_in(folder: Path) -> Settings:
    """Return settings of a config file in *folder*."""
    return Settings(folder=folder, source="fiskil-harness.toml")


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("pyproject.toml", '[project]\nname = "shop"\nversion = "1.4.2"\n'),
        ("package.json", '{"name": "shop", "version": "1.4.2"}'),
    ],
)
def test_the_project_names_itself(tmp_path: Path, name: str, text: str) -> None:
    """In Python and in JavaScript."""
    (tmp_path / name).write_text(text)

    identity = identity_of(settings_in(tmp_path))
    assert (identity.name, identity.version) == ("shop", "1.4.2")


@pytest.mark.parametrize("text", ["", "[project", "project = 1", '[project]\nname = 3\ndynamic = ["version"]'])
def test_without_a_name_it_is_the_folder(tmp_path: Path, text: str) -> None:
    """Also where the file is damaged."""
    (tmp_path / "pyproject.toml").write_text(text)

    assert identity_of(settings_in(tmp_path)).name == tmp_path.name


def test_the_commit_is_that_of_the_folder(tmp_path: Path) -> None:
    """Twelve digits, and a mark if a file differs from the commit; without a repository there is none."""
    assert identity_of(settings_in(tmp_path)).commit == ""

    git = ["git", "-C", str(tmp_path), "-c", "user.name=Ada", "-c", "user.email=ada@example.com"]
    (tmp_path / "app.py").write_text("1")
    for arguments in (["init", "-q"], ["add", "."], ["commit", "-qm", "begin"]):
        subprocess.run([*git, *arguments], check=True)
    clean = identity_of(settings_in(tmp_path)).commit
    (tmp_path / "app.py").write_text("2")

    assert len(clean) == 12
    assert identity_of(settings_in(tmp_path)).commit == f"{clean}-dirty"


def test_an_app_without_a_config_is_its_address() -> None:
    """The command `webhooks` has no folder of the app."""
    settings = Settings(app=AppSettings(url="http://127.0.0.1:8000"))

    assert identity_of(settings) == AppIdentity(name="http://127.0.0.1:8000")


@pytest.mark.parametrize(
    ("command", "files", "language"),
    [
        ("{python} -m uvicorn shop:app --port {port}", (), "Python"),
        ("gunicorn shop.wsgi", ("package.json",), "Python"),
        ("node server.js {port}", (), "JavaScript"),
        ("npm start", ("pyproject.toml",), "JavaScript"),
        ("/usr/bin/node dist/server.mjs", (), "JavaScript"),
        ("./start.sh", ("package.json",), "JavaScript"),
        ("./start.sh", ("requirements.txt",), "Python"),
        ("./start.sh", ("package.json", "pyproject.toml"), ""),
        ("./start.sh", (), ""),
    ],
)
def test_the_language_is_that_of_the_command_or_the_folder(
    tmp_path: Path, command: str, files: tuple[str, ...], language: str
) -> None:
    """It is unknown if neither decides."""
    for name in files:
        (tmp_path / name).write_text("{}" if name == "package.json" else "")

    settings = Settings(folder=tmp_path, source="fiskil-harness.toml", app=AppSettings(command=command))

    assert identity_of(settings).language == language


def test_a_python_object_is_written_in_python(tmp_path: Path) -> None:
    """It has no command."""
    settings = Settings(folder=tmp_path, source="fiskil-harness.toml", app=AppSettings(object="shop:build"))

    assert identity_of(settings).language == "Python"
