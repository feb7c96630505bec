"""Generates ``docs/config.md``: every key of the config, every hook, and the template of ``init``.

``python -m tools.config_table > docs/config.md`` writes the page; a test fails if it is not current.
"""

from collections.abc import Iterator
from itertools import groupby

from fiskil_harness.cli.config_keys import TEMPLATE, ConfigKey, config_keys
from fiskil_harness.core.config.hooks import HOOKS
from fiskil_harness.core.config.placeholders import REQUEST_VALUES
from fiskil_harness.gate.hook_costs import hook_costs
from fiskil_harness.scenario.scenario import load_all

HEAD = """# The config

Generated from the config's schema by `make docs`; a test fails if this page is not current.

The config is `fiskil-harness.toml`, or the table `[tool.fiskil-harness]` of `pyproject.toml`.
`fiskil-harness init` writes one with comments, `fiskil-harness doctor` tries it, and `fiskil-harness explain KEY` explains
a key. [Connect your app](connect.md) shows how to begin.
"""

HOOK_HEAD = """## Hooks

A hook connects the harness with your app. Each one is optional.
Without it the practices in the last column cannot be proven.

| hook | what it does | practices that need it |
|---|---|---|"""


def page() -> str:
    """Return the page ``docs/config.md``."""
    template = TEMPLATE.read_text(encoding="utf-8").rstrip()
    values = ", ".join(f"`{name}`" for name in sorted(REQUEST_VALUES))
    return "\n".join(
        [
            HEAD,
            *_hooks(),
            *_keys(),
            "## Values in templates",
            "",
            f"{values}. [Connect your app](connect.md) explains them.",
            "",
            "## The file that `init` writes",
            "",
            "```toml",
            template,
            "```",
            "",
        ]
    )


def _hooks() -> Iterator[str]:
    costs = hook_costs(load_all(), list(HOOKS))
    yield HOOK_HEAD
    for name, effect in HOOKS.items():
        practices = ", ".join(f"[{practice}](practices/{practice}.md)" for practice in costs[name])
        yield f"| `{name}` | {effect} | {practices or 'none'} |"
    yield ""


def _keys() -> Iterator[str]:
    yield from ("## Keys", "")
    for table, keys in groupby(config_keys().values(), key=_table):
        yield from (f"### {table}", "", "| key | meaning | default | example |", "|---|---|---|---|")
        for key in keys:
            yield f"| `{key.name}` | {_cell(key.about)} | {_code(key.default)} | {_code(key.example)} |"
        yield ""


def _table(key: ConfigKey) -> str:
    """Return the heading of *key*: its table, at most two names deep, such as ``app.observe``."""
    names = key.name.split(".")
    is_table = any(name.startswith(f"{key.name}.") for name in config_keys())
    return ".".join(names[:2]) if is_table or len(names) > 2 else names[0]


def _code(text: str) -> str:
    return f"`{_cell(text)}`" if text else ""


def _cell(text: str) -> str:
    return " ".join(text.split()).replace("|", "\\|")


if __name__ == "__main__":
    import click

    click.echo(page(), nl=False)
