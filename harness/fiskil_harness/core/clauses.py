"""Clauses of the contract, and the interpretation of each doubtful clause that the sandbox follows.

A clause that is contradicted or assumed has interpretations; the default is the best supported one.
"""

from collections.abc import Callable, Iterable, Mapping
from functools import cache

import msgspec
from msgspec import Struct

from fiskil_harness.core import catalog
from fiskil_harness.errors import ConfigError, UnknownName, nearest

Choose = Callable[[str], str]
"""Returns the interpretation of a clause, by the clause's id."""

PLACE = "fixtures/contract.toml"


class Clause(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """One behaviour of the real API.

    Only a doubtful clause has ``interpretations``, a ``default`` and the reason ``why`` it is doubtful. ``scenarios`` are
    those in which an app meets the other interpretations.
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
        """True if there is more than one interpretation to choose from."""
        return len(self.interpretations) > 1


@cache
def clauses() -> dict[str, Clause]:
    """Return every clause by id, in the order of the file.

    Raises:
        ConfigError: fixtures/contract.toml does not fit.
    """
    try:
        read = msgspec.convert(catalog.read_fixture("contract.toml")["clause"], tuple[Clause, ...])
    except msgspec.ValidationError as error:
        raise ConfigError(f"The fixture contract.toml does not fit: {error}.") from None
    return {clause.id: clause for clause in read}


@cache
def switches() -> dict[str, Clause]:
    """Return the clauses with more than one interpretation, by id."""
    return {clause.id: clause for clause in clauses().values() if clause.is_switch}


@cache
def _defaults() -> dict[str, str]:
    return {clause.id: clause.default for clause in clauses().values() if clause.interpretations}


class Interpretations:
    """One interpretation of each doubtful clause: the chosen one, else the default."""

    def __init__(self, chosen: Mapping[str, str] | None = None) -> None:
        """Choose interpretations.

        Args:
            chosen: Maps clause ids to one of their interpretations.

        Raises:
            UnknownName: There is no such clause, or it has no such interpretation.
            ConfigError: The clause is not doubtful.
        """
        for clause_id, choice in (chosen or {}).items():
            _require(clause_id, choice)
        self._all = {**_defaults(), **(chosen or {})}

    def of(self, clause_id: str) -> str:
        """Return the interpretation of a clause that applies.

        Raises:
            UnknownName: There is no such clause.
            ConfigError: The clause is not doubtful.
        """
        try:
            return self._all[clause_id]
        except KeyError:
            raise _no_such(clause_id) from None

    @property
    def chosen(self) -> dict[str, str]:
        """The interpretations that are not the default, sorted by clause."""
        return {
            clause_id: self._all[clause_id]
            for clause_id in sorted(self._all)
            if self._all[clause_id] != _defaults()[clause_id]
        }

    def with_chosen(self, chosen: Mapping[str, str]) -> "Interpretations":
        """Return these interpretations, with *chosen* in place of some of them."""
        return Interpretations({**self._all, **chosen}) if chosen else self

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Interpretations) and self._all == other._all

    def __hash__(self) -> int:
        return hash(tuple(self._all.items()))

    def __repr__(self) -> str:
        return f"Interpretations({self.chosen!r})"


def parse(texts: Iterable[str]) -> dict[str, str]:
    """Parse ``clause=choice`` texts, as the command line has them, into a map of clause ids to choices.

    Raises:
        UnknownName: There is no such clause, or it has no such interpretation.
        ConfigError: A text has no ``=``, or a clause is named twice with different choices.
    """
    chosen: dict[str, str] = {}
    for text in texts:
        clause_id, equals, choice = (part.strip() for part in text.partition("="))
        if not equals:
            raise ConfigError(f"{text!r} is not an interpretation. Write clause=choice, for instance {_example(clause_id)}.")
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
        raise UnknownName("interpretation", choice, clause.interpretations, place=f"clause {clause_id}")


def _no_such(clause_id: str) -> UnknownName | ConfigError:
    if clause_id in clauses():
        return ConfigError(f"The clause {clause_id!r} is {clauses()[clause_id].status} and has one interpretation only.")
    return UnknownName("clause with interpretations", clause_id, _defaults(), place=PLACE)
