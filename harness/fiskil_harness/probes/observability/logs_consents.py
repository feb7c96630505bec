"""Does the app's log contain every change of a consent?"""

import re

from fiskil_harness.core.config.hooks import LOGS
from fiskil_harness.journal import EventCreated, Journal
from fiskil_harness.journal.queries.api_calls import acknowledged_events, consent_of, end_user_of
from fiskil_harness.journal.queries.logs import Log, log_of
from fiskil_harness.probes.probe import Finding, PlainProbe

CHANGES = {
    "consent.received": r"(?<![a-z])(?:receiv|grant|activ|connect|approv|creat|start|new|begin)",
    "consent.updated": r"(?<![a-z])(?:updat|amend|chang|modif|renew|extend|reduc|activ|status)",
    "consent.revoked": r"(?<![a-z])(?:revok|withdr|end|disconnect|delet|remov|cancel|inactive|stop|clos|expir)",
    "consent.expired": r"(?<![a-z])(?:expir|end|inactive|stop|clos|revok)",
}
"""Words with which a log may report a change of a consent, by kind of event."""

_NAMES = re.compile(r"end[ _-]?users?(?:[ _-]?id)?|webhook[ _-]?received", re.IGNORECASE)
"""Names in a log that contain one of these words but do not report a change."""


class LogsConsents(PlainProbe, frozen=True, kw_only=True, tag="logs_consents"):
    """Check that the log reports each change of a consent, with the id of the consent or of the end user.

    Only events that the app uses count.
    """

    is_general = True
    expected = "received, updated, revoked and expired, each with end_user_id and consent_id"
    source = "practices: log consent lifecycle events"
    fix = "log end_user_id, consent_id and the new status wherever the status of a consent changes"

    def examine(self, journal: Journal) -> Finding:
        """Look for a log line about each change of a consent."""
        changes = {event.event: (delivery, event) for delivery, event in acknowledged_events(journal) if _is_change(event)}
        if not changes:
            return self.inconclusive("no event about a consent was acknowledged")
        log = log_of(journal)
        if log.problem:
            return self.inconclusive(log.problem, hook=LOGS)
        missing, advice = [], []
        for delivery, event in changes.values():
            end_user_id, consent_id = end_user_of(delivery), consent_of(delivery)
            if not _is_logged(log, event, end_user_id, consent_id):
                missing.append(event)
            elif not (log.naming(end_user_id) and log.naming(consent_id)):
                advice.append(f"{event.kind} is logged without both ids, end_user_id and consent_id")
        if missing:
            lines = tuple(f"no line about {event.event}: {event.kind}" for event in missing)
            return self.fails(f"{missing[0].kind} left no line in the log", evidence=lines, examined=len(changes))
        return self.passes(
            f"all {len(changes)} changes of consents are in the log",
            examined=len(changes),
            advice=tuple(dict.fromkeys(advice)),
        )


def _is_change(event: EventCreated) -> bool:
    return event.kind in CHANGES and event.is_subscribed


def _is_logged(log: Log, event: EventCreated, end_user_id: str, consent_id: str) -> bool:
    """Return True if a record with the id of the consent or of its end user reports the change."""
    words = re.compile(CHANGES[event.kind], re.IGNORECASE)
    of_consent = log.naming(consent_id)
    of_end_user = [record for record in log.naming(end_user_id) if "consent" in record.lower()]
    texts = (_NAMES.sub(" ", _without(text, end_user_id, consent_id)) for text in (*of_consent, *of_end_user))
    return any(words.search(text) for text in texts)


def _without(text: str, *ids: str) -> str:
    for entity_id in ids:
        text = text.replace(entity_id, " ") if entity_id else text
    return text
