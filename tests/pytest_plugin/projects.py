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
    """Keeps the libraries that a run in this process has imported: pytester unloads them, so that each would exist twice."""

    def __init__(self) -> None:
        self._modules: dict[str, ModuleType] = {}

    def pytest_unconfigure(self) -> None:
        """Note the modules before pytester unloads them."""
        self._modules = dict(sys.modules)

    def restore(self, *, but: Path) -> None:
        """Load the modules again, except those whose file is in the folder *but*."""
        kept = {
            name: module
            for name, module in self._modules.items()
            if not str(module.__dict__.get("__file__")).startswith(str(but))
        }
        sys.modules.update(kept | sys.modules)


def run(pytester: pytest.Pytester, *arguments: str, plugins: Sequence[object] = ()) -> pytest.RunResult:
    """Run pytest with the plugin in this process, which saves the start of another one."""
    modules = LoadedModules()
    result = pytester.runpytest_inprocess(*ALONE, "-W", ALREADY_LOADED, *arguments, plugins=[modules, *plugins])
    modules.restore(but=pytester.path)
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
