"""The catalogue of known bugs of webhook receivers: what each bug is, how to fix it, and which probe detects it."""

from collections import Counter
from functools import cache

import msgspec
from msgspec import Struct

from fiskil_harness.core import catalog
from fiskil_harness.errors import ConfigError, UnknownName

FILE = "receiver_bugs.toml"
SECTIONS = {
    "Authentication": range(1, 19),
    "Replay and time": range(19, 26),
    "Idempotency, atomicity and concurrency": range(26, 36),
    "Order and state": range(36, 45),
    "HTTP behaviour and robustness": range(45, 59),
}
"""The sections of the catalogue, with their row numbers."""


class Witness(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A probe in a scenario that detects a bug.

    ``cases`` are the cases of the probe that fail if the receiver has the bug; without cases, the whole finding decides.
    With ``every``, the bug is present only if all these cases fail; otherwise one failed case is enough. If a case in
    ``unless`` fails, a more serious bug may explain the failures, and the result is INCONCLUSIVE.
    """

    scenario: str
    probe: str
    cases: tuple[str, ...] = ()
    every: bool = False
    unless: tuple[str, ...] = ()


class Bug(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """One known bug. ``title`` completes the sentence "the receiver ...".

    ``reason`` explains why no experiment can detect the bug, where that is so; ``opt_in`` marks bugs whose experiment runs
    only on request. A receiver with this bug also fails in tests of the bugs in ``explains``, by the probes in ``through``,
    so such failures do not show that it has those bugs too.
    """

    row: int
    id: str
    title: str
    fix: str
    witness: tuple[Witness, ...] = ()
    reason: str = ""
    opt_in: bool = False
    explains: tuple[str, ...] = ()
    through: tuple[str, ...] = ()


class Cause(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A general failure of a receiver that is no bug of its own, such as that it refuses every message.

    ``title`` completes the sentence "the receiver ...". The failure shows in ``case`` of ``probe``. Results of the probes in
    ``through`` are then no evidence about the bugs in ``explains``: in the scenario in which the failure shows, and in all
    scenarios if it shows in ``scenario``.
    """

    id: str
    title: str
    scenario: str
    probe: str
    case: str
    explains: tuple[str, ...]
    through: tuple[str, ...]


class _Catalogue(Struct, frozen=True, forbid_unknown_fields=True):
    bug: tuple[Bug, ...]
    cause: tuple[Cause, ...] = ()


@cache
def bugs() -> dict[str, Bug]:
    """Return every bug by id, in the order of the catalogue.

    Raises:
        ConfigError: The file is invalid, or contains a row or an id twice.
    """
    catalogue = _catalogue().bug
    counts = Counter([key for bug in catalogue for key in (bug.row, bug.id)])
    duplicates = [key for key, count in counts.items() if count > 1]
    if duplicates:
        raise ConfigError(f"fixtures/{FILE} contains {duplicates[0]!r} twice. Keep one.")
    return {bug.id: bug for bug in catalogue}


def causes() -> tuple[Cause, ...]:
    """Return the general failures that explain failures in tests of bugs."""
    return _catalogue().cause


def section_of(row: int) -> str:
    """Return the title of the section that contains *row*."""
    return next(title for title, rows in SECTIONS.items() if row in rows)


def bug(bug_id: str) -> Bug:
    """Return the bug called *bug_id*.

    Raises:
        UnknownName: The catalogue has no such bug; the message suggests the nearest match.
    """
    if bug_id not in bugs():
        raise UnknownName("bug", bug_id, bugs(), place=f"fixtures/{FILE}")
    return bugs()[bug_id]


@cache
def _catalogue() -> _Catalogue:
    try:
        return msgspec.convert(catalog.read_fixture(FILE), _Catalogue)
    except msgspec.ValidationError as error:
        raise ConfigError(f"fixtures/{FILE} is invalid: {error}.") from None
