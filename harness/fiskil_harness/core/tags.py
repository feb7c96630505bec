"""Names of steps, probes and faults in plans, reports and expressions: the tags of their msgspec structs."""

from collections.abc import Iterable
from typing import TypeVar

from msgspec import Struct

Kind = TypeVar("Kind", bound=Struct)


def by_tag(values: Iterable[object], parent: type[Kind]) -> dict[str, type[Kind]]:
    """Return the subclasses of *parent* among *values* by their tag; classes without a tag are left out."""
    kinds = [value for value in values if isinstance(value, type) and issubclass(value, parent)]
    return {str(kind.__struct_config__.tag): kind for kind in kinds if kind.__struct_config__.tag}


def name_of(value: object) -> str:
    """Return the tag of the step, probe or fault *value*, such as ``deliver_one``, or its class name if it has no tag."""
    tag = getattr(getattr(value, "__struct_config__", None), "tag", None)
    return str(tag) if tag else type(value).__name__


def package_of(kind: type) -> str:
    """Return the name of the innermost package of the harness that defines *kind*; "" if a plugin defines it."""
    parts = kind.__module__.split(".")
    return parts[-2] if parts[0] == "fiskil_harness" and len(parts) > 1 else ""
