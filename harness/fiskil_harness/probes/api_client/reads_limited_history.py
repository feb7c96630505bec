"""Does the app read transactions only as far back as ``app.facts.history_days`` allows?"""

from datetime import datetime, timedelta
from email.utils import parsedate_to_datetime
from typing import Any

import msgspec

from fiskil_harness.journal import Declared, Exchange, History, Journal
from fiskil_harness.journal.queries.api_calls import calls, header, is_complete_success, parameters, reads
from fiskil_harness.journal.queries.retention import HISTORY, PENDING, SLACK
from fiskil_harness.journal.queries.rows import row_lines
from fiskil_harness.journal.queries.unrequested_rows import shown_unrequested
from fiskil_harness.probes.probe import Finding, Probe

INCOME = "banking.income"
"""The route whose response contains transactions too, without a parameter of the app."""


class ReadsLimitedHistory(Probe, frozen=True, kw_only=True, tag="reads_limited_history"):
    """Check that the app requests only transactions that are at most ``app.facts.history_days`` old.

    Each read must have the query parameter ``from``. Two kinds of reads do not need it: reads of pending rows only, and
    reads of later pages, to which the ``from`` of the first page applies. If the app's state shows a row that no request
    for a first page selects, the app requested a later page without the filters of its list.
    """

    is_general = True
    expected = "a parameter `from` that is at most app.facts.history_days ago"
    source = "data.time-filter"
    fix = "send the parameter `from` with every read of transactions, only as far back as the use case needs"

    def examine(self, journal: Journal) -> Finding:
        """Compare the parameter ``from`` of each read with the declared number of days."""
        days = next((history.days for history in journal.all(History)), None)
        if days is None:
            return self.inconclusive("the config does not state how much history the app needs", hook=HISTORY)
        judged = [read for read in reads(journal, "transactions") if is_complete_success(read) and not _is_exempt(read)]
        if not judged:
            return self._judge_unread(journal)
        unlimited = [read for read in judged if not parameters(read).get("from")]
        if unlimited:
            return self.fails("transactions are read without the parameter `from`", evidence=("no `from`",))
        early = [read for read in judged if _is_early(read, days)]
        if early:
            observed = f"transactions are read from more than {days} days ago, the limit in app.facts.history_days"
            return self.fails(observed, evidence=("`from` is too early",))
        unrequested = [] if calls(journal, INCOME) else shown_unrequested(journal, "transactions")
        if unrequested:
            return self._fails_for_rows(unrequested)
        need = f"the app needs {days} days of transactions ({HISTORY})"
        return self.passes(f"every read of transactions begins at most {days} days ago", examined=1, stated=need)

    def _fails_for_rows(self, unrequested: list[dict[str, Any]]) -> Finding:
        """Return a FAIL for rows in the app's state that later pages contained."""
        observed = f"the app's state shows {len(unrequested)} transactions that no request for a first page selects"
        return msgspec.structs.replace(
            self.fails(observed, evidence=row_lines("not requested", unrequested)),
            expected="later pages with the filters of the first page",
            source="paging.filters",
            fix="follow links.next as it is, because it repeats the filters",
        )

    def _judge_unread(self, journal: Journal) -> Finding:
        """Judge an app that read no transactions: it keeps no history if the config says so and it read other data."""
        declared = next((each.datasets for each in journal.all(Declared) if each.datasets is not None), ("transactions",))
        others = [name for name in declared if any(map(is_complete_success, reads(journal, name)))]
        if "transactions" in declared or reads(journal, "transactions") or not others:
            return self.inconclusive("the app read no transactions")
        return self.passes(f"the app reads {' and '.join(others)}, and no transactions", examined=len(others))


def _is_exempt(call: Exchange) -> bool:
    query = parameters(call)
    return query.get("status") == PENDING or any("after" in name or "cursor" in name or name == "page" for name in query)


def _is_early(call: Exchange, days: int) -> bool:
    try:
        begins = datetime.fromisoformat(parameters(call)["from"])
        responded = parsedate_to_datetime(header(call.response_headers, "date"))
    except ValueError:
        return False
    if begins.tzinfo is None:
        begins = begins.replace(tzinfo=responded.tzinfo)
    # The app may have computed `from` at any time since the scenario began, for example before midnight.
    computed = responded - timedelta(seconds=call.ended_s)
    return begins < computed - timedelta(days=days) - SLACK
