"""The catalogue of known bugs for a reader: ``docs/receiver-bugs.md``, and who sees each.

`make docs` writes the page again; a test demands that it is current.
"""

from fiskil_harness.gate.receiver_bugs import SECTIONS, Bug, Witness, bugs

CASES_SHOWN = 6

HEAD = """# Known bugs of webhook receivers

Made from `fixtures/receiver_bugs.toml` by `make docs`; a test demands that it is current.

{count} ways in which receivers are known to go wrong, of which {seen} are looked for by an experiment. A bug is there where
one of those who look for it has seen it, and not there only where each of them has looked and seen nothing.
`fiskil-harness webhooks URL --secret-env NAME --html report.html` looks for them.
"""


def detected_by(one: Bug) -> str:
    """Who sees a bug, in words: its witnesses, or why there is none."""
    told = [
        f"{probe} in {scenario}" for scenario, probe in dict.fromkeys((each.scenario, each.probe) for each in one.witness)
    ]
    words = "; ".join(told) or one.reason or "nobody yet"
    return f"only when asked for: {words}" if one.opt_in else words


def page() -> str:
    """The page ``docs/receiver-bugs.md``: every bug, what mends it, and who sees it."""
    every = bugs().values()
    seen = [bug for bug in every if bug.witness]
    lines = [HEAD.format(count=len(every), seen=len(seen))]
    for title, rows in SECTIONS.items():
        lines += [f"## {title}", "", "| row | bug | the receiver ... | fix | seen by |", "|---|---|---|---|---|"]
        lines += [f"| {bug.row} | `{bug.id}` | {bug.title} | {bug.fix} | {_cell(bug)} |" for bug in every if bug.row in rows]
        lines.append("")
    return "\n".join(lines)


def _cell(one: Bug) -> str:
    told = dict.fromkeys(f"`{each.probe}` in `{each.scenario}`{_variants(each)}" for each in one.witness)
    words = "<br>".join(told) or one.reason or "nobody yet"
    return (f"only when asked for: {words}" if one.opt_in else words).replace("|", "\\|")


def _variants(witness: Witness) -> str:
    if not witness.cases:
        return ""
    shown = ", ".join(case.replace("_", " ") for case in witness.cases[:CASES_SHOWN])
    more = f" and {len(witness.cases) - CASES_SHOWN} more" if len(witness.cases) > CASES_SHOWN else ""
    return f" ({'all of ' if witness.every else ''}{shown}{more})"


if __name__ == "__main__":
    import click

    click.echo(page(), nl=False)
