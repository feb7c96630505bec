"""Generates ``docs/faults.md``, the catalogue of faults.

``python -m tools.fault_table > docs/faults.md`` writes the page; a test fails if it is outdated.
"""

from fiskil_harness.faults import FAULTS
from fiskil_harness.faults.catalogue import FAMILIES, CatalogueEntry, entries
from fiskil_harness.faults.text import usage

HEAD = """# What can break between app and API

Generated from `fixtures/faults.toml` and the faults themselves by `make docs`.

{count} ways in which the API, the network or the bank fail. {by_faults} of them are caused by faults between app and API:
pass one of the expressions below to `fiskil-harness serve --fault FAULT`, or to its control API as
`{{"fault": "..."}}`. {other} happen in the sandbox: steps, people, scenarios, interpretations. {reasons} are not possible
here, for the reason given.

An expression states where, what and when:

`[METHOD] route [page N] [version V] [end user ID] [session ID]: fault [+ fault], when`

- The route is a name from `fiskil-harness list routes`, a pattern such as `banking.*`, `*`, or `connection`.
- The condition is `first 3`, `once`, `always`, `skip 2`, `every 3rd`, `calls 2 and 5`, `with probability 0.2 seed 7`,
  `between 10 s and 30 s`, `from consent.received`, `until consent.revoked`, `per end user`, or several of them with commas.
- Without a count a fault bites once; with `every`, a probability, a time or an event, it bites as often as that allows.
- Faults of the port, such as `refuse` and `blackhole`, act from the moment they are set until they are lifted.
- TLS faults need an API with TLS: `serve --tls`, or `tls = true` under `[sandbox]`.

[receiver-bugs.md](receiver-bugs.md) lists what can go wrong with webhooks. [client-errors.md](client-errors.md) shows what
six HTTP clients report for each fault.
"""

TAIL = """## Every fault and its parameters

`fiskil-harness list faults NAME` shows more about one. Parameters in brackets are optional; their value here is the default.
Times are in us, ms, s, min or h, sizes in bytes, kB or MB.

| fault | what it does | entries | clients |
|---|---|---|---|
"""

WITHOUT_CLIENT_ERRORS = frozenset({"stale_response"})
"""Faults that a single call of a client cannot show; ``docs/client-errors.md`` gives the reason."""


def page() -> str:
    """Return the page: every entry of the catalogue, then every fault."""
    every = entries().values()
    by_faults = sum(bool(entry.expressions) for entry in every)
    reasons = sum(is_reason_only(entry) for entry in every)
    lines = [HEAD.format(count=len(every), by_faults=by_faults, other=len(every) - by_faults - reasons, reasons=reasons)]
    for family, title in FAMILIES.items():
        lines += [f"## {title}", "", "| id | what happens | how to cause it | a correct client |", "|---|---|---|---|"]
        lines += [
            f"| {entry.id} | {_cell(entry.happens)} | {cause(entry)} | {_cell(entry.client)} |"
            for entry in every
            if entry.family == family
        ]
        lines.append("")
    rows = [
        f"| `{_cell(usage(name))}` | {_cell(_first_paragraph(kind))} | {', '.join(kind.ids)} | {_client_errors(name)} |"
        for name, kind in sorted(FAULTS.items())
    ]
    return "\n".join([*lines, TAIL + "\n".join(rows), ""])


def is_reason_only(entry: CatalogueEntry) -> bool:
    """Return True if nothing causes the entry, so that it only has a reason."""
    return not (entry.expressions or entry.steps or entry.scenarios or entry.people or entry.interpretations)


def cause(entry: CatalogueEntry) -> str:
    """Return how an entry can be caused, or why it cannot, as a cell of the table."""
    ways = [f"`{_cell(text)}`" for text in entry.expressions]
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


def _client_errors(name: str) -> str:
    return "none" if name in WITHOUT_CLIENT_ERRORS else "[errors](client-errors.md#the-table)"


def _first_paragraph(kind: type) -> str:
    return " ".join((kind.__doc__ or "").strip().partition("\n\n")[0].replace("``", "`").split())


def _cell(text: str) -> str:
    return text.replace("|", "\\|")


if __name__ == "__main__":
    import click

    click.echo(page(), nl=False)
