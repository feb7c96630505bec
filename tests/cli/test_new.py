"""The command ``new``: it writes a file that works and its test, and overwrites nothing."""

import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from fiskil_harness.cli.main import main
from fiskil_harness.core import plugins

New = Callable[..., tuple[int, str]]
KINDS = ("probe", "step", "fault", "scenario")


@pytest.fixture
def new(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Iterator[New]:
    """Yield a function that runs ``new`` in an empty folder and returns the exit code and what it printed."""
    monkeypatch.chdir(tmp_path)

    def run(*arguments: str) -> tuple[int, str]:
        with pytest.raises(SystemExit) as ended:
            main(["new", *arguments])
        captured = capsys.readouterr()
        return int(str(ended.value.code)), " ".join((captured.out + captured.err).split())

    yield run
    plugins.unload()
    for name in [name for name in sys.modules if name.partition(".")[0] == "made_checks"]:
        del sys.modules[name]


@pytest.mark.parametrize("kind", KINDS)
def test_a_written_file_is_a_plugin(new: New, tmp_path: Path, kind: str) -> None:
    """The file registers the name, and the command says what to add to the config."""
    code, shown = new(kind, f"our_{kind}", "--folder", "made_checks")

    plugins.load([f"made_checks.our_{kind}"], folder=tmp_path, source="fiskil-harness.toml")

    assert (code, plugins.registered(kind)) == (0, [f"our_{kind}"])
    assert shown == (
        f"Wrote made_checks/our_{kind}.py and made_checks/test_our_{kind}.py. "
        f'This line of fiskil-harness.toml, above all tables, adds it: plugins = ["made_checks.our_{kind}"] '
        f"Then: pytest made_checks, and fiskil-harness list {kind}s our_{kind}"
    )


def test_the_line_for_the_config_has_every_plugin(new: New, tmp_path: Path) -> None:
    """Plugins that the config names already stay in the line."""
    new("probe", "our_probe", "--folder", "made_checks")
    (tmp_path / "fiskil-harness.toml").write_text('plugins = ["made_checks.our_probe"]\n')

    _, shown = new("step", "our_step", "--folder", "made_checks")

    assert 'plugins = ["made_checks.our_probe", "made_checks.our_step"]' in shown


@pytest.mark.parametrize("name", ["our_probe.py", "test_our_probe.py"])
def test_nothing_is_overwritten(new: New, tmp_path: Path, name: str) -> None:
    """If one of the two files exists, neither is written."""
    path = tmp_path / "made_checks" / name
    path.parent.mkdir()
    path.write_text("mine")

    code, shown = new("probe", "our_probe", "--folder", "made_checks")

    assert code == 2
    assert shown == (f"'made_checks/{name}' already exists and was not changed. Give another name, or another --folder.")
    assert [file.name for file in path.parent.iterdir()] == [name]
    assert path.read_text() == "mine"


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["probe", "applies_once"], "There is a probe 'applies_once' already. Choose another name; `list probes` shows"),
        (["scenario", "happy_path"], "There is a scenario 'happy_path' already."),
        (["step", "Deliver-All"], "'Deliver-All' cannot be the name of a step. Use small letters, digits and underscores"),
        (["step", "class"], "'class' cannot be the name of a step."),
        (["fault", "test_x"], "'test_x' cannot be the name of a fault."),
        (["fault", "x", "--folder", "../y"], "--folder '../y' is no package below this folder. Use names of letters"),
        (["fault", "x", "--folder", "."], "--folder '.' is no package below this folder."),
        (["probe", "a" * 300], "The name of a probe may have 100 characters, got 300."),
        (["probe", "none"], "'none' cannot be the name of a probe: its class would be 'None', which has another meaning"),
        (["fault", "true"], "'true' cannot be the name of a fault: its class would be 'True'"),
        (["probe", "delivery"], "'delivery' cannot be the name of a probe: its class would be 'Delivery'"),
        (["probe", "journal_builder"], "'journal_builder' cannot be the name of a probe: its class would be"),
        (["step", "driver"], "'driver' cannot be the name of a step: its class would be 'Driver'"),
        (["practice", "x"], "Usage: fiskil-harness new"),
    ],
)
def test_a_wrong_argument_is_refused(new: New, tmp_path: Path, arguments: list[str], message: str) -> None:
    """The message says what is allowed, and nothing is written."""
    code, shown = new(*arguments)

    assert code == 2
    assert shown.startswith(message)
    assert list(tmp_path.iterdir()) == []


@pytest.mark.long
@pytest.mark.slow
def test_the_written_tests_pass(new: New, pytester: pytest.Pytester, monkeypatch: pytest.MonkeyPatch) -> None:
    """The tests of all four kinds pass without a change."""
    monkeypatch.chdir(pytester.path)
    for kind in KINDS:
        new(kind, f"our_{kind}", "--folder", "made_checks")

    result = pytester.runpytest_subprocess("-q", "-p", "no:cacheprovider", "made_checks")

    result.assert_outcomes(passed=7)
