"""One fault, explained for a terminal: what it does, what it can be told, what it stands for, and how to have it."""

import inspect
import textwrap
from collections.abc import Iterator

from fiskil_harness.faults import FAULTS
from fiskil_harness.faults.catalogue import entries, entries_of
from fiskil_harness.faults.parameters import parameters
from fiskil_harness.faults.text import usage
from fiskil_harness.gate.report.text import WIDTH, wrapped


def fault_lines(name: str) -> Iterator[str]:
    """Everything about the fault called *name*, line by line."""
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
    yield from _indented(f"say     {usage(name)}", later=10)
    fields = ", ".join(f"{parameter.field}={parameter.default!r}" for parameter in parameters(kind))
    yield from _indented(f"python  faults.{kind.__name__}({fields})", later=10)
    for catalogue_entry in entries_of(name):
        yield ""
        yield from _indented(f"{catalogue_entry.id}  {catalogue_entry.happens}")
        yield from _indented(f"A correct client {catalogue_entry.client}.", first=4, later=4)
        for text in catalogue_entry.expressions_with(name):
            yield from _indented(f"--fault '{text}'", first=4, later=6)


def entry_lines(entry_id: str) -> Iterator[str]:
    """What the catalogue tells under an id, line by line."""
    one = entries()[entry_id]
    yield entry_id
    yield from _indented(one.happens)
    yield from _indented(f"A correct client {one.client}.")
    for text in one.expressions:
        yield from _indented(f"--fault '{text}'", later=4)
    for kind in ("steps", "scenarios", "people", "interpretations", "probes"):
        names = getattr(one, kind)
        if names:
            yield from _indented(f"{kind}: {', '.join(names)}", later=4)
    if one.reason:
        yield from _indented(one.reason)


def _indented(text: str, *, first: int = 2, later: int = 2) -> Iterator[str]:
    for line in wrapped(" " * first + text, WIDTH, later_indent=" " * later):
        yield line.rstrip()
