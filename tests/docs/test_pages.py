"""README and docs/ agree with the program: commands parse, configs and other blocks are valid, links lead somewhere."""

import itertools
import json
import shlex
import shutil
import subprocess
import tomllib
from pathlib import Path
from typing import Any

import click
import pytest

from fiskil_harness.cli.main import COMMANDS, main, program
from fiskil_harness.core.config import parse
from fiskil_harness.errors import ConfigError
from fiskil_harness.runner.hosted import eligibility
from fiskil_harness.scenario.selection import select
from tests.docs.blocks import blocks, commands
from tests.docs.pages import PAGES, program_arguments
from tests.paths import ROOT, SOURCE
from tools.site import LINK

ARGUMENTS = list(dict.fromkeys(tuple(arguments) for text in PAGES.values() for arguments in program_arguments(text)))
CONFIGS = [
    (name, block.text)
    for name, text in PAGES.items()
    if name not in {"CONTRIBUTING.md", "docs/extending.md"}  # tests of their own
    for block in blocks(text, "toml")
]
PLACEHOLDERS = {"KEY", "PRACTICE", "PROBE", "CLAUSE", "KIND", "APP", "NAME"}
# docs/extending.md has names that its own files define.
OWN = {tuple(arguments) for arguments in program_arguments(PAGES["docs/extending.md"])}
SHIPPED = [arguments for arguments in ARGUMENTS if arguments not in OWN]
READING = [arguments for arguments in SHIPPED if arguments[0] in {"list", "explain"} and not PLACEHOLDERS & set(arguments)]
PYTEST_LINES = sorted(
    {
        command.line
        for text in PAGES.values()
        for block in blocks(text, "console")
        for command in commands(block)
        if command.line.startswith("pytest ")
    }
)


def command_of(arguments: tuple[str, ...]) -> click.Context:
    """Return the context in which click runs a command line."""
    name, *options = arguments
    command = program.get_command(click.Context(program), name)
    assert command is not None, f"no command {name}"
    context: Any = command.make_context(name, options, resilient_parsing=not options)
    return context


def test_every_command_parses() -> None:
    """Each command that a page shows exists, and has the options shown."""
    assert len(ARGUMENTS) > 150
    for arguments in ARGUMENTS:
        try:
            command_of(arguments)
        except click.UsageError as error:
            pytest.fail(f"fiskil-harness {' '.join(arguments)}: {error.format_message()}")


def test_every_name_in_a_command_exists() -> None:
    """Each name after ``explain`` and each gallery app is known to the program."""
    from fiskil_harness.cli.explanations import TOPICS
    from fiskil_harness.gate.selftest import gallery

    known = {name for names, _ in TOPICS.values() for name in names()}
    explained = {arguments[1] for arguments in ARGUMENTS if arguments[0] == "explain" and len(arguments) == 2}
    apps = {after for arguments in ARGUMENTS for before, after in itertools.pairwise(arguments) if before == "--gallery"}

    assert explained - known - PLACEHOLDERS == set()
    assert apps - set(gallery.apps()) - PLACEHOLDERS == {"reference_app"} - set(gallery.apps())


def test_every_scenario_in_a_command_exists() -> None:
    """Each name after ``run`` selects a scenario; a file is the reader's own."""
    names = {name for arguments in SHIPPED if arguments[0] == "run" for name in command_of(arguments).params["names"]}
    hosted = set(eligibility.scenarios())

    wanted = sorted(name for name in names - PLACEHOLDERS - hosted if not name.endswith(".py"))

    assert len(wanted) > 60
    assert [name for name in wanted if not select([name])] == []


@pytest.mark.parametrize("arguments", READING, ids=" ".join)
def test_commands_that_only_read_run(arguments: tuple[str, ...], capsys: pytest.CaptureFixture[str]) -> None:
    """``list`` and ``explain`` print something for each name that a page shows."""
    with pytest.raises(SystemExit) as ending:
        main(list(arguments))

    assert ending.value.code == 0
    assert capsys.readouterr().out.strip()


@pytest.mark.parametrize("line", PYTEST_LINES)
def test_every_option_of_pytest_exists(line: str, pytestconfig: pytest.Config) -> None:
    """Each option in a command of pytest is one of pytest, of its plugins that the project uses, or of the harness."""
    options = [word.partition("=")[0] for word in shlex.split(line, comments=True) if word.startswith("-")]

    unknown = object()
    assert [option for option in options if pytestconfig.getoption(option, default=unknown) is unknown] == []


def test_every_command_is_shown() -> None:
    """The handwritten pages show every command of the program except ``completion``."""
    handwritten = [text for name, text in PAGES.items() if name != "docs/cli.md"]

    assert {arguments[0] for text in handwritten for arguments in program_arguments(text)} >= set(COMMANDS) - {
        "demo",
        "completion",
    }


def problem_with(settings: dict[str, Any], folder: Path) -> str:
    """Return the error message about a config; empty if it is valid."""
    try:
        parse(settings, folder=folder)
    except ConfigError as error:
        return str(error)
    return ""


@pytest.mark.parametrize(("page", "config"), CONFIGS, ids=[name for name, _ in CONFIGS])
def test_every_config_is_valid(page: str, config: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Each example of a config has known keys and valid values; an excerpt may leave out keys."""
    monkeypatch.setenv("FISKIL_WEBHOOK_SECRET", "c2VjcmV0")
    monkeypatch.setenv("APP_TEST_KEY", "abcdefghijkl")
    settings = tomllib.loads(config)
    app = settings.setdefault("app", {})
    if not {"command", "url", "object"} & set(app):
        app["command"] = "serve --port {port}"

    problem = problem_with(settings, tmp_path)

    assert problem == "" or "missing required field" in problem


def test_blocks_in_javascript_are_valid() -> None:
    """A parser reads each block; an excerpt may be the body of a function, or elements beside each other."""
    every = [block for text in PAGES.values() for block in blocks(text)]
    scripts = [(block.language, block.text) for block in every if block.language in {"js", "jsx"}]

    assert len(scripts) >= 100
    assert javascript_errors(scripts) == ""


@pytest.mark.parametrize(
    ("language", "source"),
    [("js", "const = 1;"), ("jsx", "<p>open"), ("js", "<p>one</p>\n<p>two</p>"), ("jsx", "return <List rows={ />;")],
)
def test_wrong_javascript_is_found(language: str, source: str) -> None:
    """The message has the line."""
    assert source.splitlines()[0] in javascript_errors([(language, source)])


def javascript_errors(scripts: list[tuple[str, str]]) -> str:
    """Return what esbuild reports about scripts; each is a language and a source."""
    script = """
        const { transform } = require("esbuild");
        const reads = (code) => transform(code, { loader: "jsx", logLevel: "silent" }).then(() => true, () => false);
        (async () => {
          for (const [language, source] of JSON.parse(require("node:fs").readFileSync(0, "utf8"))) {
            const forms = [source, `async () => {${source}\n}`];
            if (language === "jsx" && source.startsWith("<")) forms.push(`<>${source}</>`);
            const results = await Promise.all(forms.map(reads));
            if (!results.includes(true)) console.log(source);
          }
        })();
    """
    node = shutil.which("node")
    assert node is not None
    completed = subprocess.run(
        [node, "-e", script],
        cwd=ROOT / "tests" / "browser",
        input=json.dumps(scripts),
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    return completed.stdout + completed.stderr


def test_linked_files_exist() -> None:
    """Each relative link of a page leads to a file of the project; ``make docs-site`` also checks anchors."""
    broken = [
        f"{name}: {link}"
        for name, text in PAGES.items()
        for link in LINK.findall(text)
        if not (ROOT / name).parent.joinpath(link).exists()
    ]

    assert broken == []


def test_the_readme_is_short() -> None:
    """The README has at most 150 lines; the rest is in docs/."""
    assert len(PAGES["README.md"].splitlines()) <= 150


def test_nothing_installs_the_harness_by_name() -> None:
    """The name is on no package index, so an attacker could register it there."""
    words = (
        "pip install fiskil-harness",
        "pip install 'fiskil-harness",
        "uv tool install fiskil",
        "pipx install fiskil",
        "uvx fiskil",
    )

    package = {
        path.name: path.read_text(encoding="utf-8") for path in SOURCE.rglob("*") if path.suffix in {".py", ".md", ".toml"}
    }

    assert [(name, word) for name, text in (PAGES | package).items() for word in words if word in text] == []
