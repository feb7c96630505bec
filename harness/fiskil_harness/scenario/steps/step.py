"""What a step is: a frozen value that says what happens next, can be checked before anything runs, and acts on a stage."""

from typing import TYPE_CHECKING, ClassVar, Protocol

import msgspec
from msgspec import Struct

if TYPE_CHECKING:
    from fiskil_harness.scenario.stage import Stage


class Step(Protocol):
    """One thing that happens. Implementations are frozen structs whose tag is their name in plan files."""

    needs: ClassVar[tuple[str, ...]]

    def check(self) -> None:
        """Refuse values that cannot work, before a socket opens."""

    def perform(self, stage: "Stage") -> None:
        """Act, and write down what was seen."""


class PlainStep(Struct, frozen=True, kw_only=True):
    """A step without further needs."""

    needs: ClassVar[tuple[str, ...]] = ()

    def check(self) -> None:
        """Nothing to refuse."""


def name_of(step: object) -> str:
    """The step's name, as plans and reports write it."""
    tag = getattr(getattr(step, "__struct_config__", None), "tag", None)
    return str(tag) if tag else type(step).__name__


def step_text(step: object) -> str:
    """The step with what differs from its defaults, for a reader: ``burst e1 (copies 3)``."""
    if not isinstance(step, Struct):
        return name_of(step)
    words = [name_of(step).replace("_", " ")]
    details = []
    for field in msgspec.structs.fields(step):
        value = getattr(step, field.name)
        if value == field.default or value in ("", ()):
            continue
        if field.required and isinstance(value, str):
            words.append(value)
        else:
            details.append(f"{field.name.replace('_', ' ')} {_plain(value)}")
    return " ".join(words) + (f" ({', '.join(details)})" if details else "")


def _plain(value: object) -> str:
    if isinstance(value, tuple):
        return ", ".join(str(each_value) for each_value in value)
    return str(value)
