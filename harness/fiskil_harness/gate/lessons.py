"""Lessons: why a practice matters in production, with wrong and right code in Python and JavaScript.

The table is ``fixtures/lessons.toml``. Each practice is in one lesson, and so is each known bug that code can show. A
probe is in a lesson if those of its practices are about something else.
"""

from collections.abc import Iterable
from functools import cache

import msgspec
from msgspec import Struct

from fiskil_harness.core import catalog
from fiskil_harness.errors import ConfigError

FILE = "lessons.toml"


class Code(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Wrong and right code in one language."""

    wrong: str
    right: str


class Lesson(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """One lesson. ``why`` is what goes wrong in production; ``practices``, ``bugs`` and ``probes`` are what it is about."""

    id: str
    why: str
    python: Code
    javascript: Code
    practices: tuple[str, ...] = ()
    bugs: tuple[str, ...] = ()
    probes: tuple[str, ...] = ()


class _Table(Struct, frozen=True, forbid_unknown_fields=True):
    lesson: tuple[Lesson, ...]


@cache
def lessons() -> tuple[Lesson, ...]:
    """Return every lesson, in the order of the table.

    Raises:
        ConfigError: fixtures/lessons.toml does not match its schema.
    """
    try:
        return msgspec.convert(catalog.read_fixture(FILE), _Table).lesson
    except msgspec.ValidationError as error:
        raise ConfigError(f"fixtures/{FILE} is invalid: {error}.") from None


def lessons_about(ids: Iterable[str]) -> list[Lesson]:
    """Return the lessons about these practices, bugs and probes, in the order of *ids* and without repetition."""
    found = (lesson for each in ids for lesson in lessons() if each in (*lesson.practices, *lesson.bugs, *lesson.probes))
    return list({lesson.id: lesson for lesson in found}.values())
