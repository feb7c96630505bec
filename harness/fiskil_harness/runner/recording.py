"""The journal of one scenario as a line of a file, without secrets, and its judgement from that line.

A line holds everything from which the findings follow: the scenario, the journal, and the hooks that the app had. A scenario
that did not run to a judgement has its outcome instead.
"""

import gzip
import hashlib
import json
import re
from collections.abc import Collection
from typing import Any, TypeVar

import msgspec
from msgspec import Struct

from fiskil_harness.core import plugins
from fiskil_harness.core.config import Settings
from fiskil_harness.core.redaction.placeholders import Placeholders, with_kinds, with_words
from fiskil_harness.journal import Canaries, Journal
from fiskil_harness.journal.secret_search import search_secrets
from fiskil_harness.journal.stored_entries import NOT_STORED, entry_of, plain, storable
from fiskil_harness.probes.outcome import Outcome, Recording
from fiskil_harness.runner.judging import counted, findings_of, outcome_of
from fiskil_harness.scenario.scenario import GeneratedScenario, Scenario

MOST_LINE_BYTES = 64 * 1024 * 1024
"""Maximum size of a line. The journal of a larger scenario is left out, and its outcome is kept."""

MOST_NUMBER = 10**30
"""Numbers from this one on are no ids."""

_WORD = re.compile(r"[A-Za-z0-9_-]+")
_WORD_IN_BYTES = re.compile(rb"[A-Za-z0-9_-]+")

Tree = TypeVar("Tree")


class StoredScenario(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The content of a line.

    ``hooks`` are the hooks that the app had, ``names`` the symbols of ids. ``crashed`` states why the scenario did not run
    to its end. ``outcome`` is set if nothing was to be judged. ``kinds`` has the kind of each secret by the word that
    replaced its placeholder when the line was read.
    """

    name: str
    scenario: dict[str, Any] = {}
    crashed: str = ""
    hooks: tuple[str, ...] = ()
    names: dict[str, str] = {}
    entries: tuple[dict[str, Any], ...] = ()
    took_s: float = 0.0
    outcome: Outcome | None = None
    kinds: dict[str, str] = {}

    def shown(self, tree: Tree) -> Tree:
        """Return *tree* with the kinds of secrets in place of the words that stand for them."""
        return with_kinds(tree, self.kinds)


def recording_of(
    scenario: Scenario,
    journal: Journal,
    outcome: Outcome,
    *,
    crashed: str,
    hooks: Collection[str],
    is_judged: bool,
    took_s: float,
    placeholders: Placeholders,
) -> Recording:
    """Return the recording of a scenario that has just ended.

    Args:
        outcome: The redacted outcome; it is stored if *is_judged* is False, or if the journal is too large.
        placeholders: Replaces the secrets; it learns those of *journal*.
    """
    for canaries in search_secrets(journal).all(Canaries):
        placeholders.learn((kind, value) for kind, values in canaries.values.items() for value in values)
    entries = [plain(entry) for entry in journal if not isinstance(entry, NOT_STORED)]
    tree = {
        "scenario": msgspec.to_builtins(scenario) if is_judged else {},
        "crashed": crashed,
        "hooks": sorted(hooks),
        "names": _names_in(entries, journal.names),
        "entries": entries,
    }
    replaced = placeholders.replace(tree)
    replaced["entries"] = [storable(entry) for entry in replaced["entries"]]
    kept = {} if is_judged else {"outcome": msgspec.to_builtins(outcome)}
    line = _line({"name": scenario.name, "took_s": took_s, **replaced, **kept})
    return _packed(scenario.name, line) if len(line) <= MOST_LINE_BYTES else recording_of_outcome(outcome)


def recording_of_outcome(outcome: Outcome) -> Recording:
    """Return the recording of a scenario of which only the redacted *outcome* is known."""
    return _packed(outcome.scenario, _line({"name": outcome.scenario, "outcome": msgspec.to_builtins(outcome)}))


def stored_scenario(line: bytes) -> StoredScenario:
    """Return the content of *line*.

    Raises:
        ValueError: The line is no recorded scenario.
    """
    text, kinds = with_words(line)
    try:
        stored = msgspec.convert(json.loads(text), StoredScenario)
    except RecursionError:
        raise ValueError("it is nested too deeply") from None
    return msgspec.structs.replace(stored, kinds=kinds)


def scenario_of(stored: StoredScenario) -> Scenario:
    """Return the scenario that was played.

    Raises:
        ValueError: A step or a probe is unknown.
    """
    kind = GeneratedScenario if "kind" in stored.scenario else Scenario
    return plugins.convert(stored.scenario, kind)


def journal_of(stored: StoredScenario) -> Journal:
    """Return the journal of the scenario.

    Raises:
        ValueError: An entry is unknown or invalid.
    """
    journal = Journal()
    journal.names.update(stored.names)
    for fields in stored.entries:
        journal.write(entry_of(fields))
    return journal


def judged_again(stored: StoredScenario, journal: Journal, *, settings: Settings, seed: int) -> Outcome:
    """Return the outcome of the scenario by the probes of this version.

    Raises:
        ValueError: A step or a probe of the scenario is unknown.
    """
    if stored.outcome is not None:
        return stored.outcome
    scenario, hooks = scenario_of(stored), frozenset(stored.hooks)
    findings = findings_of(scenario, journal, stored.crashed, has=hooks.__contains__, settings=settings)
    outcome = outcome_of(scenario, journal, findings, has=hooks.__contains__, seed=seed)
    return stored.shown(counted(outcome, scenario, settings))


def _names_in(entries: list[dict[str, Any]], names: dict[str, str]) -> dict[str, str]:
    """Return the names of the ids that occur in *entries*; a journal also names the ids of all earlier scenarios."""
    words: set[str] = set()
    texts: set[str] = set()
    contents: set[bytes] = set()
    nodes: list[Any] = [entries]
    while nodes:
        node = nodes.pop()
        if isinstance(node, str):
            texts.add(node)
        elif isinstance(node, bytes):
            contents.add(node)
        elif isinstance(node, dict):
            nodes += node.keys()
            nodes += node.values()
        elif isinstance(node, list | tuple):
            nodes += node
        elif isinstance(node, int) and abs(node) < MOST_NUMBER:
            words.add(str(node))
    words.update(_WORD.findall("\n".join(texts)))
    words.update(word.decode() for word in set(_WORD_IN_BYTES.findall(b"\n".join(contents))))
    return {key: name for key, name in names.items() if key.rstrip("=") in words or not _WORD.fullmatch(key.rstrip("="))}


def _line(tree: dict[str, Any]) -> bytes:
    return json.dumps(tree, separators=(",", ":")).encode() + b"\n"


def _packed(name: str, line: bytes) -> Recording:
    return Recording(scenario=name, line=gzip.compress(line, 6, mtime=0), digest=hashlib.sha256(line).hexdigest())
