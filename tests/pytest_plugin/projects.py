"""A project of a team that uses the plugin, and functions that run pytest in it."""

import sys
from collections.abc import Callable, Sequence
from pathlib import Path
from types import ModuleType

import pytest

from tests.paths import APPS

ALREADY_LOADED = "ignore:Module already imported:pytest.PytestAssertRewriteWarning"
"""A filter for the warning that this process has imported the plugin before."""

# Other plugins are disabled, because they cost a second at each start; this also works if the harness is not installed.
ALONE = ("--disable-plugin-autoload", "-p", "fiskil_harness.pytest_plugin")
XDIST, RANDOM = ("-p", "xdist", "-n", "2"), ("-p", "randomly")

CONFIG = """
[app]
command = "{{python}} {apps}/receiver.py {{port}}"
ready = "GET /healthz"
[app.env]
FISKIL_WEBHOOK_SECRET = "{{webhook_secret}}"
STORE = "{{workdir}}/store.json"
FLAW = "{flaw}"
EXITS = "{exits}"
[app.observe]
{observe}
[app.facts]
uses_events = ["*"]
"""

SCENARIO = '''"""A message is delivered three times."""

from fiskil_harness import Scenario, probes, steps

SCENARIO = Scenario(
    practices=("webhooks.idempotent",),
    steps=(steps.Authorise(), steps.Deliver(), steps.RepeatWhileIdle(), steps.Retry("e0"), steps.Replay("e0")),
    probes=(probes.AppliesOnce(), probes.RepeatsNoWork()),
)
'''

Project = Callable[..., pytest.Pytester]


class LoadedModules:
    """Keeps the libraries that runs in this process have imported: pytester unloads them, so that each would exist twice."""

    def __init__(self) -> None:
        self._modules: dict[str, ModuleType] = {}

    def keep(self, *, but: Path) -> None:
        """Note all loaded modules, except those whose file is in the folder *but*."""
        files = {name: str(module.__dict__.get("__file__")) for name, module in sys.modules.items()}
        self._modules |= {name: sys.modules[name] for name, file in files.items() if not file.startswith(str(but))}

    def restore(self) -> None:
        """Load the noted modules again."""
        sys.modules.update(self._modules | sys.modules)


LOADED = LoadedModules()


class KeepsModules:
    """A plugin that notes the loaded modules before pytester unloads them."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def pytest_unconfigure(self) -> None:
        """Note the modules."""
        LOADED.keep(but=self._folder)


def run(pytester: pytest.Pytester, *arguments: str, plugins: Sequence[object] = ()) -> pytest.RunResult:
    """Run pytest with the plugin in this process, which saves the start of another one."""
    options = (*ALONE, "-W", ALREADY_LOADED)
    result = pytester.runpytest_inprocess(*options, *arguments, plugins=[KeepsModules(pytester.path), *plugins])
    LOADED.restore()
    return result


def run_apart(pytester: pytest.Pytester, *arguments: str) -> pytest.RunResult:
    """Run pytest with the plugin in a separate process."""
    return pytester.runpytest_subprocess(*ALONE, *arguments, timeout=500)


def make_project(
    pytester: pytest.Pytester,
    *,
    flaw: str = "",
    exits: str = "",
    observe: str = 'effects = "GET /effects"',
    **files: str,
) -> pytest.Pytester:
    """Write a config, the file of a scenario, and *files* by module name into the folder of *pytester*."""
    (pytester.path / "fiskil-harness.toml").write_text(CONFIG.format(apps=APPS, flaw=flaw, exits=exits, observe=observe))
    (pytester.path / "thrice.py").write_text(SCENARIO)
    for name, source in files.items():
        pytester.makepyfile(**{name: source})
    return pytester
