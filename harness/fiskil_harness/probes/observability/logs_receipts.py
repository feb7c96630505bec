"""Does the app's log contain the message_id of each acknowledged delivery?"""

from fiskil_harness.core.config.hooks import LOGS
from fiskil_harness.journal import Journal
from fiskil_harness.journal.queries.api_calls import acknowledged_events
from fiskil_harness.journal.queries.logs import log_of
from fiskil_harness.probes.probe import Finding, Probe


class LogsReceipts(Probe, frozen=True, kw_only=True, tag="logs_receipts"):
    """Check that the log contains the id of every acknowledged message; lines without the kind of event give advice only."""

    is_general = True
    expected = "message_id and event of each delivery"
    source = "practices: log webhook receipts"
    fix = "write one line with message_id and event when a delivery has been verified, before it is acknowledged"

    def examine(self, journal: Journal) -> Finding:
        """Look for the id of each acknowledged message in the log."""
        received = {event.event: event for _, event in acknowledged_events(journal)}
        if not received:
            return self.inconclusive("no delivery was acknowledged")
        log = log_of(journal)
        if log.problem:
            return self.inconclusive(log.problem, hook=LOGS)
        records_by_event = {name: log.naming(event.message_id) for name, event in received.items()}
        unlogged = [name for name, records in records_by_event.items() if not records]
        if unlogged:
            lines = tuple(f"no line about {name}: {received[name].kind}" for name in unlogged)
            observed = f"{len(unlogged)} of {len(received)} messages were acknowledged without a line in the log"
            return self.fails(observed, evidence=lines)
        kinds = sorted(
            {
                event.kind
                for name, event in received.items()
                if not any(event.kind in record for record in records_by_event[name])
            }
        )
        advice = tuple(f"no line about {kind} contains the kind of event and the id" for kind in kinds)
        return self.passes(f"all {len(received)} messages are in the log", examined=len(received), advice=advice)
