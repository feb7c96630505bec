"""What a link has seen lately, for somebody who looks on: exchanges, bites, HAR, and faults that nothing has met."""

from collections.abc import Callable
from typing import Protocol

from msgspec import structs

from fiskil_harness.core.redaction.redactor import Redactor
from fiskil_harness.faults.expression import text_of
from fiskil_harness.faults.proxy import Rules
from fiskil_harness.faults.text import fault_text
from fiskil_harness.journal import Bite, Exchange, Journal
from fiskil_harness.journal.entries.entry import Entry
from fiskil_harness.journal.har import har_of

EXCHANGES_KEPT = 200


class Recording(Protocol):
    """A link, in the process of the sandbox or before the hosted API."""

    @property
    def rules(self) -> Rules:
        """The faults that wait."""

    def begin(self, journal: Journal, *, is_stray: Callable[[str], bool]) -> None:
        """Record into *journal* from now on."""


class RecentEntries(Journal):
    """The newest of what happens, each entry heard as it is written."""

    def __init__(self, *, newest: int, hear: Callable[[Entry], None]) -> None:
        """Keep the *newest* entries, and let *hear* have each."""
        super().__init__(newest=newest)
        self._hear = hear

    def write(self, entry: Entry) -> None:
        """Append it and let it be heard."""
        super().write(entry)
        self._hear(entry)


class ExchangeLog:
    """The newest exchanges of a link."""

    def __init__(
        self,
        link: Recording,
        redactor: Redactor,
        *,
        title: str,
        origin: str,
        tell_bite: Callable[[Bite], None] | None = None,
    ) -> None:
        """Nothing is recorded before ``begin``.

        Args:
            redactor: Knows the secrets that may stand in an exchange.
            title, origin: What HAR calls the exchanges, and the origin that clients asked.
            tell_bite: Gets each bite of a fault, named in its own words; it is called on the server's thread.
        """
        self._link, self._redactor = link, redactor
        self._title, self._origin = title, origin
        self._tell_bite = tell_bite

    def begin(self) -> None:
        """Record from now on, and forget what was."""
        self._redactor.learn()
        self.journal = RecentEntries(newest=EXCHANGES_KEPT, hear=self._hear)
        self._link.begin(self.journal, is_stray=lambda _end_user_id: False)

    def har(self) -> dict[str, object]:
        """The newest exchanges as HAR, without secrets and persons."""
        return har_of(self.journal, redactor=self._redactor, title=self._title, origin=self._origin)

    def unbitten(self) -> list[tuple[str, str]]:
        """The faults that still wait and have never bitten, each as an expression and with the reason."""
        return [
            (text_of(waiting.rule), waiting.problem)
            for waiting in self._link.rules.waiting()
            if not waiting.bitten and waiting.wanted
        ]

    def exchanges(self) -> list[dict[str, object]]:
        """What was asked of the API and what it answered; queries, headers and bodies may carry secrets and stay here."""
        told: list[dict[str, object]] = self._redactor.redact_tree(self._told())
        return told

    def _told(self) -> list[dict[str, object]]:
        return [
            {
                "number": call.number,
                "route": call.route,
                "method": call.method,
                "path": call.path,
                "end_user_id": call.end_user_id,
                "status": call.status,
                "took_ms": round((call.ended_s - call.at_s) * 1000, 3),
                "bites": call.bites,
            }
            for call in self.journal.all(Exchange)
        ]

    def _hear(self, entry: Entry) -> None:
        if isinstance(entry, Bite) and self._tell_bite is not None:
            worded = {waiting.rule.name: fault_text(waiting.rule.fault) for waiting in self._link.rules.waiting()}
            self._tell_bite(structs.replace(entry, fault=worded.get(entry.fault, entry.fault)))
