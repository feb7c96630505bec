"""The catalogue of faults for a reader: ``docs/faults.md``.

``python -m tools.fault_table > docs/faults.md`` writes the page anew; a test demands that it is current.
"""

from fiskil_harness.faults import FAULTS
from fiskil_harness.faults.catalogue import FAMILIES, CatalogueEntry, entries
from fiskil_harness.faults.text import usage

HEAD = """# What can break between app and API

Made from `fixtures/faults.toml` and the faults themselves by `make docs`; a test demands that it is current.

{count} ways in which the API, the network or the bank go wrong. {asked} of them are had by faults that wait between app and
API: say one of the lines below to `fiskil-harness serve --fault`, or to its control API as `{{"fault": "..."}}`. {other} are
things that happen in the sandbox: steps, people, scenarios, interpretations. {reasons} are not possible here, and say why.

A line says where, what and when: `[METHOD] route [page N] [version V] [end user ID] [session ID]: fault [+ fault], when`.
A route is a name of `fiskil-harness list routes`, a family as in `banking.*`, `*`, or `connection`. When is `first 3`,
`once`, `always`, `skip 2`, `every 3rd`, `calls 2 and 5`, `with probability 0.2 seed 7`, `between 10 s and 30 s`,
`from consent.received`, `until consent.revoked`, `per end user`, or several of these after commas. Without a count a fault
bites once; with `every`, a probability, a time or an event, as often as that says. What closes the port, as `refuse` and
`blackhole` do, holds from the moment it is set until it is lifted. Faults of TLS need an API that speaks it:
`serve --tls`, or `tls = true` under `[sandbox]`.

What can go wrong with webhooks is in [receiver-bugs.md](receiver-bugs.md), and what six HTTP clients observe of each fault
in [felt-by-clients.md](felt-by-clients.md).
"""

TAIL = """## Every fault, and what it can be told

`fiskil-harness list faults NAME` says more about one. What stands in brackets can be left out; the value shown is then the
default. Times are said in us, ms, s, min or h, sizes in bytes, kB or MB.

| fault | what it does | stands for | by clients |
|---|---|---|---|
"""

UNFELT = frozenset({"stale_response"})
"""Faults of which one call of a client can feel nothing; the page of what clients feel says why."""


def page() -> str:
    """The page ``docs/faults.md``: every entry of the catalogue, then every fault."""
    every = entries().values()
    asked = sum(bool(catalogue_entry.expressions) for catalogue_entry in every)
    reasons = sum(is_reason_only(catalogue_entry) for catalogue_entry in every)
    lines = [HEAD.format(count=len(every), asked=asked, other=len(every) - asked - reasons, reasons=reasons)]
    for family, title in FAMILIES.items():
        lines += [f"## {title}", "", "| id | what happens | how to have it | a correct client |", "|---|---|---|---|"]
        lines += [
            f"| {entry.id} | {_cell(entry.happens)} | {answer(entry)} | {_cell(entry.client)} |"
            for entry in every
            if entry.family == family
        ]
        lines.append("")
    rows = [
        f"| `{_cell(usage(name))}` | {_cell(_first(kind))} | {', '.join(kind.ids)} | {_felt(name)} |"
        for name, kind in FAULTS.items()
    ]
    return "\n".join([*lines, TAIL + "\n".join(rows), ""])


def is_reason_only(one: CatalogueEntry) -> bool:
    """Whether nothing brings it about, for the reason that is said."""
    return not (one.expressions or one.steps or one.scenarios or one.people or one.interpretations)


def answer(one: CatalogueEntry) -> str:
    """How an entry can be had, or why it cannot, as a cell of the table."""
    told = [f"`{_cell(text)}`" for text in one.expressions]
    for label, names in (
        ("step", one.steps),
        ("person", one.people),
        ("scenario", one.scenarios),
        ("reading", one.interpretations),
        ("probe", one.probes),
    ):
        if names:
            plural = {"person": "people"}.get(label, f"{label}s") if len(names) > 1 else label
            told.append(f"{plural} {', '.join(f'`{name}`' for name in names)}")
    return "<br>".join([*told, *([_cell(one.reason)] if one.reason else [])])


def _felt(name: str) -> str:
    return f"[{'not felt' if name in UNFELT else 'felt'}](felt-by-clients.md#the-table)"


def _first(kind: type) -> str:
    return " ".join((kind.__doc__ or "").strip().partition("\n\n")[0].replace("``", "`").split())


def _cell(text: str) -> str:
    return text.replace("|", "\\|")


if __name__ == "__main__":
    import click

    click.echo(page(), nl=False)
