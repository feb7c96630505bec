"""Generates the catalogue of faults as a page for readers: ``docs/faults.md``.

``python -m tools.fault_table > docs/faults.md`` writes the page; a test fails if it is not current.
"""

from fiskil_harness.faults import FAULTS
from fiskil_harness.faults.catalogue import FAMILIES, CatalogueEntry, entries
from fiskil_harness.faults.text import usage

HEAD = """# What can break between app and API

Generated from `fixtures/faults.toml` and the fault classes by `make docs`; a test fails if this page is not current.

{count} ways in which the API, the network or the bank fail. {asked} of them are faults between app and API: pass one of the
lines below to `fiskil-harness serve --fault`, or send it to its control API as `{{"fault": "..."}}`. {other} are produced in
the sandbox by steps, people, scenarios or interpretations. {reasons} are not possible here; the table states why.

A line states where, what and when: `[METHOD] route [page N] [version V] [end user ID] [session ID]: fault [+ fault], when`.
A route is a name of `fiskil-harness list routes`, a family such as `banking.*`, `*`, or `connection`. When is `first 3`,
`once`, `always`, `skip 2`, `every 3rd`, `calls 2 and 5`, `with probability 0.2 seed 7`, `between 10 s and 30 s`,
`from consent.received`, `until consent.revoked`, `per end user`, or several of these separated by commas. Without a count
a fault bites once; with `every`, a probability, a time or an event, it bites whenever that applies. Faults that close the
port, such as `refuse` and `blackhole`, act from the moment they are set until they are lifted. Faults of TLS need an API
with TLS: `serve --tls`, or `tls = true` under `[sandbox]`.

[receiver-bugs.md](receiver-bugs.md) lists what can go wrong with webhooks, and [felt-by-clients.md](felt-by-clients.md) what
six HTTP clients observe of each fault.
"""

TAIL = """## Every fault and its parameters

`fiskil-harness list faults NAME` prints more about one fault. Parameters in brackets are optional; the value shown is the
default. Times have the unit us, ms, s, min or h, sizes bytes, kB or MB.

| fault | what it does | produces | at clients |
|---|---|---|---|
"""

UNFELT = frozenset({"stale_response"})
"""Faults that a single request of a client cannot observe; the page of client errors explains why."""


def page() -> str:
    """Return the page ``docs/faults.md``: every entry of the catalogue, then every fault."""
    catalogue = entries().values()
    asked = sum(bool(entry.expressions) for entry in catalogue)
    reasons = sum(is_reason_only(entry) for entry in catalogue)
    lines = [HEAD.format(count=len(catalogue), asked=asked, other=len(catalogue) - asked - reasons, reasons=reasons)]
    for family, title in FAMILIES.items():
        lines += [f"## {title}", "", "| id | what happens | how to produce it | a correct client |", "|---|---|---|---|"]
        lines += [
            f"| {entry.id} | {_cell(entry.happens)} | {how_to_produce(entry)} | {_cell(entry.client)} |"
            for entry in catalogue
            if entry.family == family
        ]
        lines.append("")
    rows = [
        f"| `{_cell(usage(name))}` | {_cell(_first(kind))} | {', '.join(kind.ids)} | {_felt(name)} |"
        for name, kind in FAULTS.items()
    ]
    return "\n".join([*lines, TAIL + "\n".join(rows), ""])


def is_reason_only(entry: CatalogueEntry) -> bool:
    """Return True if nothing produces the entry, and it only has a reason why."""
    return not (entry.expressions or entry.steps or entry.scenarios or entry.people or entry.interpretations)


def how_to_produce(entry: CatalogueEntry) -> str:
    """Return what produces an entry, or the reason why nothing does, as a cell of the table."""
    ways = [f"`{_cell(expression)}`" for expression in entry.expressions]
    for label, names in (
        ("step", entry.steps),
        ("person", entry.people),
        ("scenario", entry.scenarios),
        ("interpretation", entry.interpretations),
        ("probe", entry.probes),
    ):
        if names:
            plural = {"person": "people"}.get(label, f"{label}s") if len(names) > 1 else label
            ways.append(f"{plural} {', '.join(f'`{name}`' for name in names)}")
    return "<br>".join([*ways, *([_cell(entry.reason)] if entry.reason else [])])


def _felt(name: str) -> str:
    return f"[{'not felt' if name in UNFELT else 'felt'}](felt-by-clients.md#the-table)"


def _first(kind: type) -> str:
    return " ".join((kind.__doc__ or "").strip().partition("\n\n")[0].replace("``", "`").split())


def _cell(text: str) -> str:
    return text.replace("|", "\\|")


if __name__ == "__main__":
    import click

    click.echo(page(), nl=False)
