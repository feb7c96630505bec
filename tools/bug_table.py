"""Generates the catalogue of known bugs as a page for readers: ``docs/receiver-bugs.md``.

``python -m tools.bug_table > docs/receiver-bugs.md`` writes the page; a test fails if it is not current.
"""

from fiskil_harness.gate.receiver_bugs import SECTIONS, Bug, Cause, Witness, bugs, causes
from fiskil_harness.gate.report.bug_table import NONE, ON_REQUEST

CASES_SHOWN = 6

HEAD = """# Known bugs of webhook receivers

Generated from `fixtures/receiver_bugs.toml` by `make docs`; a test fails if this page is not current.

{count} known bugs of webhook receivers; experiments test for {detectable} of them. A receiver has a bug if at least one
probe in the last column detects it. It does not have the bug only if all of these probes ran without detecting it. If a more
general bug or failure explains what a probe detected, the special bug is reported as unknown:

{explanations}

`fiskil-harness webhooks URL --secret-env NAME --html report.html` tests for these bugs.
`fiskil-harness explain NAME` shows wrong and right code in Python and JavaScript. The project's tests try this remedy:
for each bug that experiments detect, one of the two is applied to a flawed app that has the bug, and the bug is gone.
"""


def page() -> str:
    """Return the page ``docs/receiver-bugs.md``: every bug, its fix, and the probes that detect it."""
    catalogue = bugs().values()
    detectable = [bug for bug in catalogue if bug.witness]
    explanations = "\n".join([*map(_explanation, causes()), *(_explanation(bug) for bug in catalogue if bug.explains)])
    lines = [HEAD.format(count=len(catalogue), detectable=len(detectable), explanations=explanations)]
    for title, rows in SECTIONS.items():
        lines += [f"## {title}", "", "| row | bug | the receiver ... | fix | detected by |", "|---|---|---|---|---|"]
        lines += [
            f"| {bug.row} | `{bug.id}` | {bug.title} | {bug.fix} | {_probes_cell(bug)} |"
            for bug in catalogue
            if bug.row in rows
        ]
        lines.append("")
    return "\n".join(lines)


def _explanation(general: Bug | Cause) -> str:
    """Return the line about the bugs that a more general bug or failure explains."""
    return f"- A receiver that {general.title}: {', '.join(f'`{bug_id}`' for bug_id in general.explains)}."


def _probes_cell(bug: Bug) -> str:
    probes = dict.fromkeys(f"`{witness.probe}` in `{witness.scenario}`{_cases_text(witness)}" for witness in bug.witness)
    text = "<br>".join(probes) or bug.reason or NONE
    return (f"{ON_REQUEST}{text}" if bug.opt_in else text).replace("|", "\\|")


def _cases_text(witness: Witness) -> str:
    if not witness.cases:
        return ""
    shown = ", ".join(case.replace("_", " ") for case in witness.cases[:CASES_SHOWN])
    more = f" and {len(witness.cases) - CASES_SHOWN} more" if len(witness.cases) > CASES_SHOWN else ""
    return f" ({'all of ' if witness.every else ''}{shown}{more})"


if __name__ == "__main__":
    import click

    click.echo(page(), nl=False)
