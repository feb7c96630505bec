"""The description of one fault for a terminal: its effect, its parameters, the real failures it imitates, and examples."""

import inspect
import textwrap
from collections.abc import Iterator

from fiskil_harness.core.plugins import origin_of
from fiskil_harness.faults import FAULTS
from fiskil_harness.faults.catalogue import entries, entries_of
from fiskil_harness.faults.parameters import parameters
from fiskil_harness.faults.text import usage
from fiskil_harness.gate.report.text import WIDTH, wrapped


def fault_lines(name: str) -> Iterator[str]:
    """Yield the description of the fault called *name*, line by line."""
    kind = FAULTS[name]
    yield name
    for paragraph in inspect.cleandoc(kind.__doc__ or "").replace("``", "").split("\n\n"):
        title, _, arguments = paragraph.partition("\n")
        if title == "Args:":
            for argument in textwrap.dedent(arguments).replace("\n ", " ").splitlines():
                yield from _indented(" ".join(argument.split()), later=4)
            yield ""
        elif title != "Raises:":
            yield from _indented(" ".join(paragraph.split()))
            yield ""
    yield from _indented(f"usage   {usage(name)}", later=10)
    fields = ", ".join(f"{parameter.field}={parameter.default!r}" for parameter in parameters(kind))
    yield from _indented(f"python  {'' if origin_of('fault', name) else 'faults.'}{kind.__name__}({fields})", later=10)
    for entry in entries_of(name):
        yield ""
        yield from _indented(f"{entry.id}  {entry.happens}")
        yield from _indented(f"A correct client {entry.client}.", first=4, later=4)
        for expression in entry.expressions_with(name):
            yield from _indented(f"--fault '{expression}'", first=4, later=6)


def entry_lines(entry_id: str) -> Iterator[str]:
    """Yield the entry of the catalogue with the id *entry_id*, line by line."""
    entry = entries()[entry_id]
    yield entry_id
    yield from _indented(entry.happens)
    yield from _indented(f"A correct client {entry.client}.")
    for expression in entry.expressions:
        yield from _indented(f"--fault '{expression}'", later=4)
    for kind in ("steps", "scenarios", "people", "interpretations", "probes"):
        names = getattr(entry, kind)
        if names:
            yield from _indented(f"{kind}: {', '.join(names)}", later=4)
    if entry.reason:
        yield from _indented(entry.reason)


def _indented(text: str, *, first: int = 2, later: int = 2) -> Iterator[str]:
    for line in wrapped(" " * first + text, WIDTH, later_indent=" " * later):
        yield line.rstrip()
