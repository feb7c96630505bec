"""The catalogue of known bugs of webhook receivers, as values: what each is, what mends it, and who sees it."""

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
"""The parts of the catalogue, by its rows."""


class Witness(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A probe in a scenario that sees a bug, perhaps only in some of its cases.

    With ``every`` the bug is there only if all of those cases fail; else one is enough. Where one of ``unless`` fails, a
    greater bug explains them all.
    """

    scenario: str
    probe: str
    cases: tuple[str, ...] = ()
    every: bool = False
    unless: tuple[str, ...] = ()


class Bug(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """One known way to go wrong. ``title`` completes "the receiver ...".

    ``reason`` says why no experiment can tell, where none can; ``opt_in`` marks what runs only when asked for.
    """

    row: int
    id: str
    title: str
    fix: str
    witness: tuple[Witness, ...] = ()
    reason: str = ""
    opt_in: bool = False


class _File(Struct, frozen=True, forbid_unknown_fields=True):
    bug: tuple[Bug, ...]


@cache
def bugs() -> dict[str, Bug]:
    """Every bug by id, in the order of the catalogue.

    Raises:
        ConfigError: The file does not fit, or a row or an id stands twice.
    """
    try:
        found = msgspec.convert(catalog.read_fixture(FILE), _File).bug
    except msgspec.ValidationError as error:
        raise ConfigError(f"fixtures/{FILE} does not fit: {error}.") from None
    twice = [value for value, count in Counter([key for bug in found for key in (bug.row, bug.id)]).items() if count > 1]
    if twice:
        raise ConfigError(f"fixtures/{FILE} has {twice[0]!r} twice. Keep one.")
    return {bug.id: bug for bug in found}


def section_of(row: int) -> str:
    """The part of the catalogue that a row stands in."""
    return next(title for title, rows in SECTIONS.items() if row in rows)


def bug(bug_id: str) -> Bug:
    """The bug called *bug_id*; the nearest match is in the complaint."""
    if bug_id not in bugs():
        raise UnknownName("bug", bug_id, bugs(), place=f"fixtures/{FILE}")
    return bugs()[bug_id]
