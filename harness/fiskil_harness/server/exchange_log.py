"""The recent traffic of a proxy: exchanges as JSON and as HAR, bites of faults, and faults that never acted."""

from collections.abc import Callable

from msgspec import structs

from fiskil_harness.core.redaction.redactor import Redactor
from fiskil_harness.faults.expression import text_of
from fiskil_harness.faults.proxy import Proxy
from fiskil_harness.faults.text import fault_text
from fiskil_harness.journal import Bite, Exchange, Journal
from fiskil_harness.journal.entries.entry import Entry
from fiskil_harness.journal.har import har_of

EXCHANGES_KEPT = 200


class RecentEntries(Journal):
    """A journal that keeps only the newest entries, and calls a function with each entry when it is written."""

    def __init__(self, *, newest: int, on_entry: Callable[[Entry], None]) -> None:
        """Keep the *newest* entries, and call *on_entry* with each."""
        super().__init__(newest=newest)
        self._on_entry = on_entry

    def write(self, entry: Entry) -> None:
        """Append *entry*, and call ``on_entry`` with it."""
        super().write(entry)
        self._on_entry(entry)


class ExchangeLog:
    """The newest exchanges of a proxy."""

    def __init__(
        self, proxy: Proxy, redactor: Redactor, *, title: str, origin: str, on_bite: Callable[[Bite], None] | None = None
    ) -> None:
        """Prepare a log; nothing is recorded before ``begin``.

        Args:
            redactor: Knows the secrets that an exchange may contain.
            title: Name of the exchanges in HAR.
            origin: The origin that clients call, for HAR.
            on_bite: Called with each bite of a fault, on the server's thread; its ``fault`` is the fault as text.
        """
        self._proxy, self._redactor = proxy, redactor
        self._title, self._origin = title, origin
        self._on_bite = on_bite

    def begin(self) -> None:
        """Record from now on, and forget earlier exchanges."""
        self._redactor.learn()
        self.journal = RecentEntries(newest=EXCHANGES_KEPT, on_entry=self._report_bite)
        self._proxy.begin(self.journal)

    def har(self) -> dict[str, object]:
        """Return the newest exchanges as HAR, without secrets and personal data."""
        return self._redactor.redact_tree(har_of(self.journal, title=self._title, origin=self._origin))

    def faults_without_bite(self) -> list[tuple[str, str]]:
        """Return the faults that are set but never acted, as pairs of fault expression and reason."""
        return [
            (text_of(waiting.rule), waiting.problem)
            for waiting in self._proxy.rules.waiting()
            if not waiting.bitten and waiting.required
        ]

    def exchanges(self) -> list[dict[str, object]]:
        """Return the newest exchanges as JSON objects, without queries, headers and bodies, which may contain secrets."""
        summaries: list[dict[str, object]] = [
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
        return self._redactor.redact_tree(summaries)

    def _report_bite(self, entry: Entry) -> None:
        if isinstance(entry, Bite) and self._on_bite is not None:
            texts = {waiting.rule.name: fault_text(waiting.rule.fault) for waiting in self._proxy.rules.waiting()}
            self._on_bite(structs.replace(entry, fault=texts.get(entry.fault, entry.fault)))
