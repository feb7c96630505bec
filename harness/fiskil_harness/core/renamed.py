"""Names that changed before the first release, so that a message can name the new one.

Nothing accepts an old name. The table is ``fixtures/renamed.toml``.
"""

import re
from functools import cache
from typing import Literal

from fiskil_harness.core import catalog

Kind = Literal["steps", "probes", "faults", "scenarios", "gallery", "bugs", "config", "options"]


def new_name(kind: Kind, name: str) -> str:
    """Return the name that took the place of *name*; "" if it never was a name of that kind."""
    return _table()[kind].get(name, "")


def hint(kind: Kind, name: str) -> str:
    """Return the sentence that names the new name, with a blank before it; "" if there is none."""
    now = new_name(kind, name)
    return f" {name} is now {now}." if now else ""


def missing_class(kind: Literal["steps", "probes", "faults"], class_name: str) -> AttributeError:
    """Return the error for a class that *kind* does not have; it names the class that took its place, if one did."""
    now = new_name(kind, re.sub(r"(?<=[a-z0-9])(?=[A-Z])", "_", class_name).lower())
    hint = f" {kind}.{class_name} is now {kind}.{now.title().replace('_', '')}." if now else ""
    return AttributeError(f"There is no {kind}.{class_name}.{hint}")


@cache
def _table() -> dict[str, dict[str, str]]:
    return catalog.read_fixture("renamed.toml")
