"""Clauses of the contract (statements about the real API), and the interpretations that the sandbox follows.

A clause is doubtful if sources about the API disagree, or if no source settles the question. Such a clause has several
interpretations; the default is the best supported one.
"""

from collections.abc import Callable, Iterable, Mapping
from functools import cache

import msgspec
from msgspec import Struct

from fiskil_harness.core import catalog
from fiskil_harness.errors import ConfigError, UnknownName, nearest

Choose = Callable[[str], str]
"""A function that takes a clause's id and returns the interpretation to follow."""

PLACE = "fixtures/contract.toml"


class Clause(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A statement about one behaviour of the real API.

    ``interpretations``, ``default`` and ``why`` are set only for a doubtful clause, one that Fiskil's documentation leaves
    open; ``why`` is the reason for the doubt. ``scenarios`` test an app under the alternative interpretations.
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
        ConfigError: fixtures/contract.toml does not match its schema.
    """
    try:
        read = msgspec.convert(catalog.read_fixture("contract.toml")["clause"], tuple[Clause, ...])
    except msgspec.ValidationError as error:
        raise ConfigError(f"The fixture contract.toml does not match its schema: {error}.") from None
    return {clause.id: clause for clause in read}


@cache
def switches() -> dict[str, Clause]:
    """Return the clauses with more than one interpretation, by id."""
    return {clause.id: clause for clause in clauses().values() if clause.is_switch}


@cache
def _defaults() -> dict[str, str]:
    return {clause.id: clause.default for clause in clauses().values() if clause.interpretations}


OF_ONE_END_USER = frozenset({"data", "sdk"})
"""Groups of clauses whose interpretations concern only one end user's data or linking, so that an app keeps none of them."""


def kept_by_apps(chosen: Mapping[str, str]) -> dict[str, str]:
    """Return those interpretations of *chosen* that an app may keep for all its end users, such as a token's lifetime."""
    return {clause_id: choice for clause_id, choice in chosen.items() if clause_id.partition(".")[0] not in OF_ONE_END_USER}


class Interpretations:
    """The interpretation to follow for each clause that Fiskil's documentation leaves open: chosen, or the default."""

    def __init__(self, chosen: Mapping[str, str] | None = None) -> None:
        """Choose interpretations.

        Args:
            chosen: Maps ids of clauses to the chosen interpretations. Other clauses keep their default.

        Raises:
            UnknownName: A clause does not exist, or has no such interpretation.
            ConfigError: A clause has only one interpretation.
        """
        for clause_id, choice in (chosen or {}).items():
            _require(clause_id, choice)
        self._all = {**_defaults(), **(chosen or {})}

    def of(self, clause_id: str) -> str:
        """Return the interpretation to follow for the clause *clause_id*.

        Raises:
            UnknownName: There is no such clause.
            ConfigError: The clause has only one interpretation.
        """
        try:
            return self._all[clause_id]
        except KeyError:
            raise _no_such(clause_id) from None

    @property
    def chosen(self) -> dict[str, str]:
        """The interpretations that differ from the default, by clause id, sorted."""
        return {
            clause_id: self._all[clause_id]
            for clause_id in sorted(self._all)
            if self._all[clause_id] != _defaults()[clause_id]
        }

    def with_chosen(self, chosen: Mapping[str, str]) -> "Interpretations":
        """Return a copy with the additional choices in *chosen*, a map of clause ids to interpretations."""
        return Interpretations({**self._all, **chosen}) if chosen else self

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Interpretations) and self._all == other._all

    def __hash__(self) -> int:
        return hash(tuple(self._all.items()))

    def __repr__(self) -> str:
        return f"Interpretations({self.chosen!r})"


def parse(texts: Iterable[str]) -> dict[str, str]:
    """Parse ``clause=choice`` texts from the command line into a map of clause ids to interpretations.

    Raises:
        UnknownName: A clause does not exist, or has no such interpretation.
        ConfigError: A text has no ``=``, a clause is given two different choices, or has only one interpretation.
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
