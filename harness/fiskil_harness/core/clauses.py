"""The clauses of the contract, and which reading of each doubtful one the sandbox shows.

A clause that is contradicted or assumed has interpretations; whoever chooses none gets the best supported one.
"""

from collections.abc import Callable, Iterable, Mapping
from functools import cache

import msgspec
from msgspec import Struct

from fiskil_harness.core import catalog
from fiskil_harness.errors import ConfigError, UnknownName, nearest

Choose = Callable[[str], str]
"""What tells the reading that rules a clause."""

PLACE = "fixtures/contract.toml"


class Clause(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """One behaviour of the real API; ``interpretations``, ``default`` and ``why`` only where it is in doubt.

    ``scenarios`` are those in which an app meets the other interpretations; none where no scenario leads there.
    """

    id: str
    sentence: str
    source: str
    status: str
    interpretations: tuple[str, ...] = ()
    default: str = ""
    why: str = ""
    scenarios: tuple[str, ...] = ("happy_path",)

    @property
    def is_switch(self) -> bool:
        """Whether there is something to choose."""
        return len(self.interpretations) > 1


@cache
def clauses() -> dict[str, Clause]:
    """Every clause by id, in the file's order."""
    try:
        read = msgspec.convert(catalog.read_fixture("contract.toml")["clause"], tuple[Clause, ...])
    except msgspec.ValidationError as error:
        raise ConfigError(f"The fixture contract.toml does not fit: {error}.") from None
    return {clause.id: clause for clause in read}


@cache
def switches() -> dict[str, Clause]:
    """The clauses with more than one reading, by id."""
    return {clause.id: clause for clause in clauses().values() if clause.is_switch}


@cache
def _defaults() -> dict[str, str]:
    return {clause.id: clause.default for clause in clauses().values() if clause.interpretations}


class Interpretations:
    """One reading of every doubtful clause: the default, unless it was chosen."""

    def __init__(self, chosen: Mapping[str, str] | None = None) -> None:
        """Choose interpretations, as clause ids with one of their interpretations each.

        Raises:
            UnknownName: No such clause, or it has no such reading.
            ConfigError: The clause is not in doubt.
        """
        for clause_id, choice in (chosen or {}).items():
            _require(clause_id, choice)
        self._all = {**_defaults(), **(chosen or {})}

    def of(self, clause_id: str) -> str:
        """The reading of a clause that rules."""
        try:
            return self._all[clause_id]
        except KeyError:
            raise _no_such(clause_id) from None

    @property
    def chosen(self) -> dict[str, str]:
        """Those that are not the default, sorted by clause."""
        return {text: self._all[text] for text in sorted(self._all) if self._all[text] != _defaults()[text]}

    def but(self, chosen: Mapping[str, str]) -> "Interpretations":
        """These, with others chosen over them."""
        return Interpretations({**self._all, **chosen}) if chosen else self

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Interpretations) and self._all == other._all

    def __hash__(self) -> int:
        return hash(tuple(self._all.items()))

    def __repr__(self) -> str:
        return f"Interpretations({self.chosen!r})"


def parse(texts: Iterable[str]) -> dict[str, str]:
    """Read ``clause=choice`` texts, as the command line has them.

    Raises:
        UnknownName: No such clause, or it has no such reading.
        ConfigError: A text without ``=``, or a clause named twice.
    """
    chosen: dict[str, str] = {}
    for text in texts:
        clause_id, equals, choice = (part.strip() for part in text.partition("="))
        if not equals:
            raise ConfigError(f"{text!r} is no reading. Write clause=choice, for instance {_example(clause_id)}.")
        if chosen.get(clause_id, choice) != choice:
            raise ConfigError(
                f"Two interpretations of {clause_id!r} are chosen: {chosen[clause_id]!r} and {choice!r}. Choose one."
            )
        _require(clause_id, choice)
        chosen[clause_id] = choice
    return chosen


def _example(near: str) -> str:
    clause = switches().get(nearest(near, switches()) or "", next(iter(switches().values())))
    return f"{clause.id}={next(choice for choice in clause.interpretations if choice != clause.default)}"


def _require(clause_id: str, choice: str) -> None:
    clause = clauses().get(clause_id)
    if clause is None or not clause.interpretations:
        raise _no_such(clause_id)
    if choice not in clause.interpretations:
        raise UnknownName("reading", choice, clause.interpretations, place=f"clause {clause_id}")


def _no_such(clause_id: str) -> UnknownName | ConfigError:
    if clause_id in clauses():
        return ConfigError(f"The clause {clause_id!r} is {clauses()[clause_id].status} and has one reading only.")
    return UnknownName("clause with interpretations", clause_id, _defaults(), place=PLACE)
