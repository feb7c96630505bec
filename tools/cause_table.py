"""Generates ``docs/inconclusive.md``: every cause of INCONCLUSIVE results, with its remedy.

``python -m tools.cause_table > docs/inconclusive.md`` writes the page; a test fails if it is not current.
"""

from itertools import groupby

from fiskil_harness.gate.inconclusive_causes import Cause, causes

HEAD = """# My gate says INCONCLUSIVE

Generated from `fixtures/inconclusive_causes.toml` by `make docs`; a test fails if this page is not current.

INCONCLUSIVE means that the harness could not see enough to decide. It is no accusation, and it proves nothing: a required
practice stays *not proven*. The report groups these results by cause, with the number of questions (a probe in a scenario)
that each cause leaves open, and the remedy. Begin with the first group, which is the largest:

```console
$ fiskil-harness gate        # its last lines list the groups
$ fiskil-harness gate -v     # every question of every group
$ fiskil-harness doctor      # whether the hooks that you have added work
```

`--json`, `--markdown` and `--html` contain the groups too.

## The config lacks a key

Add the line under its table, with your own values. `fiskil-harness init` writes a config that contains every key.
"""

OTHERS = """## The config is complete

No key is missing, but the app, the machine or the run left the question open.
"""


def page() -> str:
    """Return the page ``docs/inconclusive.md``: every cause, under its table of the config, and its remedy."""
    rows = list(causes().values())
    keys = [cause for cause in rows if not (cause.probes or cause.texts or cause.packages or cause.id == "other")]
    lines = [HEAD]
    for table, of_table in groupby(sorted(keys, key=lambda cause: cause.table or "~"), key=lambda cause: cause.table):
        lines += [f"### `{table}`" if table else "### Responses of the app, and the machine", ""]
        for cause in of_table:
            lines += _entry(cause)
    lines.append(OTHERS)
    for cause in rows:
        if cause not in keys:
            lines += _entry(cause)
    return "\n".join(lines)


def _entry(cause: Cause) -> list[str]:
    lines = [f"#### `{cause.id}`", "", f"{cause.title[:1].upper()}{cause.title[1:]}. {cause.remedy}", ""]
    return [*lines, "```toml", cause.table, cause.line, "```", ""] if cause.line else lines


if __name__ == "__main__":
    import click

    click.echo(page(), nl=False)
