"""Generates ``docs/probes.md``: every probe with its question, what it expects, what it needs, and how to fix a failure.

``python -m tools.probe_table > docs/probes.md`` writes the page; a test fails if it is not current.
"""

from fiskil_harness.probes import PROBES
from fiskil_harness.probes.practices import all_practices

HEAD = """# Every probe

Generated from the probes by `make docs`; a test fails if this page is not current.

A probe judges one rule on the journal of a scenario. {count} probes; `fiskil-harness explain PROBE` shows more about one.
[How a verdict is reached](verdicts.md) explains verdicts and practices.
"""


def page() -> str:
    """Return the page ``docs/probes.md``."""
    lines = [HEAD.format(count=len(PROBES))]
    for name, kind in sorted(PROBES.items()):
        practices = [practice.id for practice in all_practices().values() if name in practice.probes]
        needs = ", ".join(f"`{need}`" for need in (*kind.needs, *kind.observes))
        lines += [f"## {name}", "", " ".join((kind.__doc__ or "").partition("\n\n")[0].replace("``", "`").split()), ""]
        lines += [f"- Expected: {kind.expected}.", f"- To fix: {kind.fix}."]
        lines += [f"- It needs {needs}."] if needs else []
        lines += (
            [f"- It counts for {', '.join(f'[{each}](practices/{each}.md)' for each in practices)}."] if practices else []
        )
        lines.append("")
    return "\n".join(lines)


if __name__ == "__main__":
    import click

    click.echo(page(), nl=False)
