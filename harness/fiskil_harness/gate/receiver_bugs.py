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
    only on request.
    """

    row: int
    id: str
    title: str
    fix: str
    witness: tuple[Witness, ...] = ()
    reason: str = ""
    opt_in: bool = False


class _Catalogue(Struct, frozen=True, forbid_unknown_fields=True):
    bug: tuple[Bug, ...]


@cache
def bugs() -> dict[str, Bug]:
    """Return every bug by id, in the order of the catalogue.

    Raises:
        ConfigError: The file is invalid, or contains a row or an id twice.
    """
    try:
        catalogue = msgspec.convert(catalog.read_fixture(FILE), _Catalogue).bug
    except msgspec.ValidationError as error:
        raise ConfigError(f"fixtures/{FILE} is invalid: {error}.") from None
    counts = Counter([key for bug in catalogue for key in (bug.row, bug.id)])
    duplicates = [key for key, count in counts.items() if count > 1]
    if duplicates:
        raise ConfigError(f"fixtures/{FILE} contains {duplicates[0]!r} twice. Keep one.")
    return {bug.id: bug for bug in catalogue}


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
