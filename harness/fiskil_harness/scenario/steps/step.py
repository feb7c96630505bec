"""The base class of a step: a frozen value that describes what happens next, validates itself, and acts on a stage."""

import math
from collections.abc import Collection
from typing import TYPE_CHECKING, ClassVar

import msgspec
from msgspec import Struct

from fiskil_harness.core.tags import name_of
from fiskil_harness.errors import ConfigError, nearest

if TYPE_CHECKING:
    from fiskil_harness.scenario.stage import Stage


class Step(Struct, frozen=True, kw_only=True):
    """Base of all steps: one thing that happens. By default, a step needs no hook and has no argument to validate.

    The tag of a step is its name in plan files. ``needs`` lists the hooks and settings without which it cannot be performed.
    ``is_slow`` is True for a step that waits in real time. ``affects_whole_app`` is True for a step that concerns every end
    user of the app, because it moves the clock, changes the API key, or sends what may keep the app busy. ``may_stop_app``
    is True for a step that sends content on which an app may exit. ``needs_sandbox`` is False for a step that also works
    with the hosted API. ``is_racy`` is True for a step whose effect depends on the order of simultaneous events.
    """

    needs: ClassVar[tuple[str, ...]] = ()
    is_slow: ClassVar[bool] = False
    affects_whole_app: ClassVar[bool] = False
    may_stop_app: ClassVar[bool] = False
    needs_sandbox: ClassVar[bool] = True
    is_racy: ClassVar[bool] = False

    def check(self) -> None:
        """Validate the arguments, before a socket opens.

        Raises:
            UsageError: An argument is invalid.
        """

    def perform(self, stage: "Stage") -> None:
        """Act on *stage*, and record what was observed in its journal.

        Raises:
            HarnessError: The step could not be performed.
        """
        raise NotImplementedError


class TwinStep(Step, frozen=True, kw_only=True):
    """Base of steps whose only argument is the name of a participant."""

    twin: str = ""


class EventStep(Step, frozen=True):
    """Base of steps about one event, whose symbol is their first argument."""

    event: str


def refuse_outside(step: object, name: str, least: float, most: float | None = None) -> None:
    """Raise ConfigError unless the argument *name* of *step* is from *least* to *most* (None for no limit).

    Args:
        least: If it is a float, the error message shows the argument with six digits at most.

    Raises:
        ConfigError: The argument is outside these bounds.
    """
    value = getattr(step, name)
    if not least <= value <= (math.inf if most is None else most):
        bounds = f"{least:g} or greater" if most is None else f"from {least:g} to {most:g}"
        got = f"{value:g}" if isinstance(least, float) else value
        raise ConfigError(f"{type(step).__name__}: {name} must be {bounds}, got {got}.")


def unknown(subject: str, name: str, known: Collection[str]) -> str:
    """Return an error message: *subject* and the unknown *name*, the nearest *known* name, and all known names."""
    near = nearest(name, known)
    hint = f" Did you mean {near!r}?" if near else ""
    return f"{subject} {name!r}.{hint} Known: {', '.join(known)}."


def step_text(step: object) -> str:
    """Return the step as text, with arguments that differ from their defaults: ``burst e1 (copies 3)``."""
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
            details.append(f"{field.name.replace('_', ' ')} {_argument_text(value)}")
    return " ".join(words) + (f" ({', '.join(details)})" if details else "")


def _argument_text(value: object) -> str:
    if isinstance(value, tuple):
        return ", ".join(map(str, value))
    return str(value)
