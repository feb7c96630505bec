"""Names that changed before the first release, so that error messages can suggest the new name.

The harness accepts no old name. The table of names is ``fixtures/renamed.toml``.
"""

import re
from functools import cache
from typing import Literal

from fiskil_harness.core import catalog

Kind = Literal["steps", "probes", "faults", "scenarios", "gallery", "bugs", "config", "removed", "options"]


def new_name(kind: Kind, name: str) -> str:
    """Return the new name of *name*; "" if *name* is no old name of the given *kind*.

    For the kind "removed", the keys of the config that are gone, return the reason instead.
    """
    return _table()[kind].get(name, "")


def hint(kind: Kind, name: str) -> str:
    """Return a sentence that states the new name of *name*, after a space; "" if there is no new name."""
    now = new_name(kind, name)
    return f" {name} is now {now}." if now else ""


def missing_class(kind: Literal["steps", "probes", "faults"], class_name: str) -> AttributeError:
    """Return the error for a class that the module *kind* lacks; the error suggests the new name of a renamed class.

    A new name in upper case is a class of ``fiskil_harness`` itself, such as ``GeneratedScenario``.
    """
    now = new_name(kind, re.sub(r"(?<=[a-z0-9])(?=[A-Z])", "_", class_name).lower())
    new_class = now if now[:1].isupper() else f"{kind}.{now.title().replace('_', '')}"
    hint = f" {kind}.{class_name} is now {new_class}." if now else ""
    return AttributeError(f"There is no {kind}.{class_name}.{hint}")


@cache
def _table() -> dict[str, dict[str, str]]:
    return catalog.read_fixture("renamed.toml")
