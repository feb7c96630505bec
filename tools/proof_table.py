"""Generates ``docs/proofs.md``: the experiments behind each practice, and the flawed apps that they catch.

``python -m tools.proof_table > docs/proofs.md`` writes the page; a test fails if it is not current.
"""

from fiskil_harness.gate.strength import Strength, possible_strengths
from fiskil_harness.scenario.scenario import load_all

SHOWN = 6
HEAD = """# The experiments behind each practice

Generated from the scenarios and the gallery by `make docs`; a test fails if this page is not current.

An experiment is a scenario with a probe that the practice needs. {several} practices have at least two experiments with
different steps. The other {single} state why one is enough. `fiskil-harness list proofs` prints the whole list, and the JSON
and HTML reports of a gate show the experiments that passed for your app.

| practice | experiments | journeys | routes with faults | moments | flawed apps caught |
|---|---|---|---|---|---|"""


def page() -> str:
    """Return the page ``docs/proofs.md``."""
    rows = possible_strengths(load_all())
    single = sum(bool(row.single) for row in rows)
    return "\n".join([HEAD.format(several=len(rows) - single, single=single), *map(_line, rows), ""])


def _line(row: Strength) -> str:
    experiments = f"{_some(row.experiments)}; one is enough: {row.single}" if row.single else _some(row.experiments)
    cells = (experiments, ", ".join(row.journeys), str(len(row.routes)), ", ".join(row.moments), _some(row.flawed_apps))
    return f"| `{row.practice}` | {' | '.join(cells)} |"


def _some(names: tuple[str, ...]) -> str:
    shown = ", ".join(f"`{name}`" for name in names[:SHOWN])
    more = f" and {len(names) - SHOWN} more" if len(names) > SHOWN else ""
    return f"{len(names)}: {shown}{more}" if names else "0"


if __name__ == "__main__":
    import click

    click.echo(page(), nl=False)
