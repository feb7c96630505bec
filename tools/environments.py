"""Generates ``docs/environments.md``: the wheel beside an app's framework, in the lowest and newest versions, per Python.

``python -m tools.environments > docs/environments.md`` builds the wheel, and each environment with uv; ``make environments``
calls it. In each environment a scenario is run by the command and by pytest.
"""

import os
import re
import shlex
import shutil
import subprocess
import sys
import tempfile
import zipfile
from collections.abc import Iterator
from pathlib import Path

from msgspec import Struct

ROOT = Path(__file__).resolve().parent.parent
APP = ROOT / "tests" / "apps" / "four_frameworks.py"
PYTHONS = ("3.11", "3.12", "3.13", "3.14")
FRAMEWORKS = ("django", "flask", "fastapi", "aiohttp")
SCENARIO = "webhook_repeated"
LIMIT_S = 600
SHOWN = ("pytest", "schemathesis", "starlette", "click", "protobuf")
OLD_APP = ("fastapi==0.115.6", "pytest==8.3.4", "uvicorn")
CONFIG = """[app]
command = "{python} {app} {framework} {{port}}"
ready = "GET /healthz"

[app.env]
FISKIL_WEBHOOK_SECRET = "{{webhook_secret}}"

[app.webhook]
path = "/webhooks/fiskil"

[app.observe]
effects = "GET /effects?end_user_id={{end_user_id}}"

[app.facts]
uses_events = ["consent.*"]
"""
HEAD = """# Environments: the harness beside your app's packages

Measured by `make environments`. Each line is a new environment with the wheel, without extras, and the framework in its
current version. "lowest" has the lowest allowed version of every direct dependency of the harness
(`uv pip install --resolution lowest-direct`), "newest" the newest. In each, `fiskil-harness run {scenario}` and
`pytest --fiskil-scenarios={scenario}` ran on the same [receiver](../tests/apps/four_frameworks.py).

| Python | framework | direct dependencies | `run` | `pytest` | some versions |
|---|---|---|---|---|---|"""
OWN_HEAD = """
## In an environment of its own

An app that is pinned to versions that the harness cannot use runs in its own environment. `app.command` starts it with that
environment's Python, and the harness is installed elsewhere (`uv tool install`, `pipx`).

| app's environment | beside it | from its own environment |
|---|---|---|"""
FOOT = """
- `fastapi==0.115.6` and the harness fit into one environment.
- `pytest==8.3.4` and the harness do not. Versions of Schemathesis that accept pytest 8.3 (up to 4.10) generate no message
  bodies with current versions of the packages that they use; later ones require pytest 8.4 or 9. Run the command from its
  own environment.
- `httpx` 1.0 is another library without `AsyncClient`, so its releases are excluded. There is no other upper bound.
"""


class Environment(Struct, frozen=True):
    """An environment to try: the version of Python, what the app needs, and which versions are chosen."""

    python: str
    packages: tuple[str, ...]
    resolution: str

    @property
    def framework(self) -> str:
        """The name of the framework without its version."""
        return re.split(r"[=<>]", self.packages[0])[0]


def environments(pythons: tuple[str, ...]) -> Iterator[Environment]:
    """Yield every environment of the table; fastapi 0.115.6 is beside the current frameworks."""
    for python in pythons:
        for resolution in ("lowest", "newest"):
            for packages in (*((name,) for name in FRAMEWORKS), OLD_APP[:1]):
                yield Environment(python, packages, resolution)


def main() -> None:
    """Print the page; progress goes to standard error."""
    uv = shutil.which("uv", path=f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}")
    if uv is None:
        sys.exit("uv is missing. Install it: pip install uv.")
    with tempfile.TemporaryDirectory(prefix="fiskil-harness-environments-") as name:
        folder = Path(name)
        run([uv, "build", "--quiet", "--wheel", "--out-dir", str(folder), str(ROOT)], cwd=folder)
        wheel = next(folder.glob("*.whl"))
        pythons = tuple(version for version in PYTHONS if run([uv, "python", "find", "--offline", version], cwd=folder)[0])
        print(HEAD.format(scenario=SCENARIO))
        for number, environment in enumerate(environments(pythons)):
            print(_line(environment, uv=uv, wheel=wheel, folder=folder / str(number)), flush=True)
        print(OWN_HEAD)
        print(_own_line(pythons[-1], uv=uv, wheel=wheel, folder=folder / "own"))
        print(FOOT, end="")


def run(command: list[str], *, cwd: Path) -> tuple[bool, str]:
    """Run a command without this environment's variables; return whether it succeeded, and its output."""
    left_out = ("PYTHON", "PIP_CONSTRAINT", "VIRTUAL_ENV", "UV_")
    environment = {name: value for name, value in os.environ.items() if not name.startswith(left_out)}
    print(shlex.join(command), file=sys.stderr)
    try:
        completed = subprocess.run(
            command, cwd=cwd, env=environment, capture_output=True, text=True, check=False, timeout=LIMIT_S
        )
    except subprocess.TimeoutExpired:
        return False, f"no end within {LIMIT_S} s"
    return completed.returncode == 0, completed.stdout + completed.stderr


def install(uv: str, python: str, folder: Path, *arguments: str) -> tuple[bool, str]:
    """Create an environment in *folder* and install *arguments*; return whether that succeeded, and the output."""
    run([uv, "venv", "--quiet", "--offline", "--python", python, str(folder)], cwd=ROOT)
    return run([uv, "pip", "install", "--quiet", "--python", str(_bin(folder) / "python"), *arguments], cwd=ROOT)


def try_scenario(tool: Path, python: str, framework: str, folder: Path) -> tuple[str, str]:
    """Run the scenario by the command and by pytest with the programs in *tool*; return both results.

    Args:
        python: The interpreter that starts the app, as it stands in the config.
        folder: The folder for the config.
    """
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "fiskil-harness.toml").write_text(CONFIG.format(python=python, app=APP, framework=framework))
    return tuple(  # type: ignore[return-value]
        _result(*run([str(tool / program), *arguments], cwd=folder), count)
        for program, arguments, count in (
            ("fiskil-harness", ("run", SCENARIO), "1 scenario: 1 pass"),
            ("pytest", ("-q", f"--fiskil-scenarios={SCENARIO}"), "1 passed"),
        )
    )


def _line(environment: Environment, *, uv: str, wheel: Path, folder: Path) -> str:
    packages = list(environment.packages)
    if environment.resolution == "lowest":
        # Direct are only arguments, so the wheel's requirements are arguments too.
        packages = [_newest(uv, environment.python, package, folder) for package in packages]
        packages += ["--resolution", "lowest-direct", *_requirements(wheel)]
    is_installed, output = install(uv, environment.python, folder, str(wheel), *packages)
    if not is_installed:
        return _row(environment, "not resolved", output.strip().splitlines()[-1][:120], "")
    results = try_scenario(_bin(folder), "{python}", environment.framework, folder / "app")
    frozen = run([uv, "pip", "freeze", "--python", str(_bin(folder) / "python")], cwd=ROOT)[1]
    versions = dict(line.split("==") for line in frozen.lower().splitlines() if "==" in line)
    shown = (environment.framework, *SHOWN)
    return _row(environment, *results, ", ".join(f"{name} {versions[name]}" for name in shown if name in versions))


def _row(environment: Environment, *cells: str) -> str:
    first = (environment.python, environment.packages[0], environment.resolution)
    return f"| {' | '.join((*first, *cells))} |"


def _newest(uv: str, python: str, package: str, folder: Path) -> str:
    folder.mkdir(parents=True, exist_ok=True)
    request = folder / "newest.in"
    request.write_text(package)
    text = run([uv, "pip", "compile", "--quiet", "--no-header", "--python-version", python, str(request)], cwd=folder)[1]
    shutil.rmtree(folder)
    return next(line for line in text.lower().splitlines() if line.startswith(re.split("=", package)[0] + "=="))


def _requirements(wheel: Path) -> list[str]:
    archive = zipfile.ZipFile(wheel)
    text = archive.read(next(name for name in archive.namelist() if name.endswith("METADATA"))).decode()
    lines = (line.removeprefix("Requires-Dist: ") for line in text.splitlines() if line.startswith("Requires-Dist: "))
    return [line for line in lines if "extra ==" not in line]


def _own_line(python: str, *, uv: str, wheel: Path, folder: Path) -> str:
    fits, _ = install(uv, python, folder / "beside", str(wheel), *OLD_APP)
    install(uv, python, folder / "app", *OLD_APP)
    install(uv, python, folder / "tool", str(wheel))
    results = try_scenario(_bin(folder / "tool"), str(_bin(folder / "app") / "python"), "fastapi", folder / "config")
    beside = "resolved" if fits else "cannot be resolved"
    return f"| {', '.join(OLD_APP[:2])} | {beside} | {results[0]} |"


def _result(is_done: bool, output: str, expected: str) -> str:
    if is_done and expected in output:
        return "pass"
    print(output, file=sys.stderr)
    return "fails"


def _bin(folder: Path) -> Path:
    return folder / "bin"


if __name__ == "__main__":
    main()
