"""The identity of the app under test: its name, version, commit and language, as its config and its folder state them."""

import json
import subprocess
import tomllib
from pathlib import Path
from typing import Any

from fiskil_harness.core.config import Settings
from fiskil_harness.gate.judgement import AppIdentity

GIT_CAP_S = 5
MOST_CHARACTERS = 80
_PROGRAMS = {
    "Python": {"python", "uvicorn", "gunicorn", "hypercorn", "granian", "daphne", "waitress-serve", "flask", "fastapi"},
    "JavaScript": {"node", "npm", "npx", "yarn", "pnpm", "bun", "deno", "tsx"},
}
"""Words of a command that show the app's language; a version such as 3.12 may follow."""
_SUFFIXES = {"Python": {".py"}, "JavaScript": {".js", ".cjs", ".mjs", ".ts", ".cts", ".mts", ".jsx", ".tsx"}}
"""Suffixes of files in a command that show it."""
_FILES = {"Python": ("pyproject.toml", "requirements.txt", "manage.py"), "JavaScript": ("package.json",)}


def identity_of(settings: Settings) -> AppIdentity:
    """Return what ``pyproject.toml`` or ``package.json`` states, and the commit of the folder.

    Without a config, the name is the app's address.
    """
    if not settings.source:
        return AppIdentity(name=settings.app.url or "")
    folder = settings.folder.absolute()
    project = _project(folder)
    return AppIdentity(
        name=_line(project.get("name")) or folder.name,
        version=_line(project.get("version")),
        commit=_commit(folder),
        language=language_of(settings),
    )


def language_of(settings: Settings) -> str:
    """Return "Python" or "JavaScript", by the command that starts the app, else by files in its folder; "" if unknown."""
    if settings.app.object:
        return "Python"
    words = (settings.app.command or "").replace("{python}", "python").split()
    names = [Path(word).name for word in words]
    by_command = {
        language
        for name in names
        for language in _PROGRAMS
        if name.rstrip("0123456789.") in _PROGRAMS[language] or Path(name).suffix in _SUFFIXES[language]
    }
    if len(by_command) == 1:
        return by_command.pop()
    return language_in(settings.folder)


def language_in(folder: Path) -> str:
    """Return "Python" or "JavaScript", by the files in *folder*; "" if it has none of them, or those of both."""
    by_files = [language for language, files in _FILES.items() if any((folder / file).exists() for file in files)]
    return by_files[0] if len(by_files) == 1 else ""


def _project(folder: Path) -> dict[str, Any]:
    """Return the table that names the project; {} if there is none, or it cannot be read."""
    try:
        table = tomllib.loads((folder / "pyproject.toml").read_text(encoding="utf-8")).get("project")
        if isinstance(table, dict):
            return table
    except (OSError, ValueError):
        pass
    try:
        package = json.loads((folder / "package.json").read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return {}
    return package if isinstance(package, dict) else {}


def _line(value: object) -> str:
    return " ".join(value.split())[:MOST_CHARACTERS] if isinstance(value, str) else ""


def _commit(folder: Path) -> str:
    """Return the commit of the work tree that contains *folder*, with ``-dirty`` if files differ; "" if there is none."""
    command = ["git", "-C", str(folder), "describe", "--always", "--dirty", "--abbrev=12", "--exclude=*"]
    try:
        result = subprocess.run(command, capture_output=True, text=True, timeout=GIT_CAP_S, check=False)
    except (OSError, subprocess.TimeoutExpired):
        return ""
    return result.stdout.strip() if result.returncode == 0 else ""
