"""Does the app ask for transactions no further back than its team says it needs?"""

from datetime import datetime, timedelta
from email.utils import parsedate_to_datetime
from typing import ClassVar

from fiskil_harness.core.model.findings import Finding
from fiskil_harness.journal import Exchange, History, Journal
from fiskil_harness.journal.queries.api_calls import header, is_fine, parameters, reads
from fiskil_harness.journal.queries.retention import HISTORY, PENDING, SLACK
from fiskil_harness.probes.probe import PlainProbe

CURSOR = "page[after]"


class ReadsLimitedHistory(PlainProbe, frozen=True, kw_only=True, tag="reads_limited_history"):
    """Every reading of transactions begins at ``app.facts.history_days`` before the day of the call, or later.

    Reads of pending rows alone need no ``from``, and neither do later pages of a list, which repeat the first one's.
    """

    expected: ClassVar[str] = "a from of app.facts.history_days ago, or later"
    source: ClassVar[str] = "data.time-filter"
    fix: ClassVar[str] = "give from on every reading of transactions, as far back as the use case needs"

    def examine(self, journal: Journal) -> Finding:
        """Look at each beginning."""
        days = next((history.days for history in journal.all(History)), None)
        if days is None:
            return self.inconclusive("the config does not say how much history the app needs", hook=HISTORY)
        made = [read for read in reads(journal, "transactions") if is_fine(read) and not _is_exempt(read)]
        if not made:
            return self.inconclusive("the app read no transactions")
        whole = [call for call in made if not parameters(call).get("from")]
        if whole:
            return self.fails("transactions are read without a beginning", evidence=("no from",), examined=1)
        early = [call for call in made if _is_early(call, days)]
        if early:
            seen = f"transactions are read from longer ago than the {days} days that the app says it needs"
            return self.fails(seen, evidence=("an earlier from",), examined=1)
        return self.passes(f"every reading begins within {days} days", examined=1)


def _is_exempt(call: Exchange) -> bool:
    asked = parameters(call)
    return asked.get("status") == PENDING or any("after" in name or "cursor" in name or name == "page" for name in asked)


def _is_early(call: Exchange, days: int) -> bool:
    try:
        begins = datetime.fromisoformat(parameters(call)["from"])
        answered = parsedate_to_datetime(header(call.response_headers, "date"))
    except ValueError:
        return False
    if begins.tzinfo is None:
        begins = begins.replace(tzinfo=answered.tzinfo)
    return begins < answered - timedelta(days=days) - SLACK
