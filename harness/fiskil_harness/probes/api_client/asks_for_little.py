"""Does the app ask for, and read, only the kinds of data that its team says it uses?"""

from collections.abc import Iterable
from typing import Any, ClassVar

import msgspec

from fiskil_harness.core.model import DATASETS, PERMISSIONS
from fiskil_harness.core.model.findings import Finding
from fiskil_harness.journal import Declared, Exchange, Journal
from fiskil_harness.journal.queries.api_calls import calls, is_fine
from fiskil_harness.probes.probe import PlainProbe

FACT = "app.facts.datasets"
FAMILIES = ("banking.", "energy.", "common.")
PUBLIC = frozenset({"products", "product", "plans", "plan"})
"""What anybody may read without a consent."""


class AsksForLittle(PlainProbe, frozen=True, kw_only=True, tag="asks_for_little"):
    """What auth sessions ask an end user for, and what is read, is among ``app.facts.datasets``.

    A dataset that is declared and never read in a scenario where all of them are ready proves nothing: it may be read later.
    """

    expected: ClassVar[str] = "permissions and reads within app.facts.datasets, and each of those read"
    source: ClassVar[str] = "permissions.usual"
    fix: ClassVar[str] = "ask for the permissions that the use case needs and no others, and read nothing else"

    def examine(self, journal: Journal) -> Finding:
        """Compare what was asked and read with what is declared."""
        declared = next((declared.datasets for declared in journal.all(Declared) if declared.datasets is not None), None)
        made = calls(journal)
        if declared is None:
            return self.inconclusive("the config does not say which datasets the app uses", hook=FACT)
        asked, read = _asked(made), _read(made)
        if not read:
            return self.inconclusive("the app read nothing that an end user shares")
        excess = sorted(asked - set(declared))
        if excess:
            lines = tuple(f"asked for {name}" for name in excess)
            seen = f"end users are asked for {excess[0]}, which the app does not say it uses"
            return self.fails(seen, evidence=lines, examined=len(asked))
        undeclared = sorted(read - set(declared))
        if undeclared:
            lines = tuple(f"read {name}" for name in undeclared)
            return self.fails(
                f"{undeclared[0]} is read, which the app does not say it uses", evidence=lines, examined=len(read)
            )
        unread = sorted(set(declared) - read)
        if unread:
            return self.inconclusive(f"{unread[0]} is declared and was not read, so whether it is needed cannot be seen")
        return self.passes(f"all {len(read)} declared datasets are read, and nothing else is asked for", examined=len(read))


def _asked(made: Iterable[Exchange]) -> set[str]:
    """Permissions that auth sessions ask for by themselves; the others are a matter of the console."""
    found: set[str] = set()
    for call in made:
        if call.route == "auth_session":
            try:
                body: Any = msgspec.json.decode(call.request_body)
            except (msgspec.DecodeError, RecursionError):
                continue
            named = body.get("permissions") if isinstance(body, dict) else None
            found |= (
                {value for value in named if isinstance(value, str) and value in PERMISSIONS}
                if isinstance(named, list)
                else set()
            )
    return found


def _read(made: Iterable[Exchange]) -> set[str]:
    """The permissions that lie behind what was read with success."""
    found = set()
    for call in made:
        family, _, name = call.route.partition(".")
        if f"{family}." in FAMILIES and call.method == "GET" and name not in PUBLIC and is_fine(call):
            found.add(_permission(family, name))
    return found


def _permission(family: str, name: str) -> str:
    for text in (f"{family}_{name}", name):
        if text in PERMISSIONS:
            return text
    known = DATASETS.get(name)
    return (known.permission or known.name) if known and known.permission is not None else name
