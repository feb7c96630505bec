"""Do the turns in a consent's life stand in the app's log?"""

import re
from typing import ClassVar

from fiskil_harness.core.config.hooks import LOGS
from fiskil_harness.core.model.findings import Finding
from fiskil_harness.journal import EventCreated, Journal
from fiskil_harness.journal.queries.api_calls import acknowledged_events, end_user_of
from fiskil_harness.journal.queries.deliveries import consent_of
from fiskil_harness.journal.queries.logs import Log, log_of
from fiskil_harness.probes.probe import PlainProbe

TURNS = {
    "consent.received": r"(?<![a-z])(?:receiv|grant|activ|connect|approv|creat|start|new|begin)",
    "consent.updated": r"(?<![a-z])(?:updat|amend|chang|modif|renew|extend|reduc|activ|status)",
    "consent.revoked": r"(?<![a-z])(?:revok|withdr|end|disconnect|delet|remov|cancel|inactive|stop|clos|expir)",
    "consent.expired": r"(?<![a-z])(?:expir|end|inactive|stop|clos|revok)",
}
"""How a log may speak of a turn, besides the event's own name."""

_NAMES = re.compile(r"end[ _-]?users?(?:[ _-]?id)?|webhook[ _-]?received", re.IGNORECASE)
"""What holds such words and says nothing of a turn."""


class LogsConsents(PlainProbe, frozen=True, kw_only=True, tag="logs_consents"):
    """For each consent event that the app acts on, a line names the consent or its end user, and what became of it."""

    expected: ClassVar[str] = "received, updated, revoked and expired, each with end_user_id and consent_id"
    source: ClassVar[str] = "practices: log consent lifecycle events"
    fix: ClassVar[str] = "log end_user_id, consent_id and the new status wherever the status of a consent changes"

    def examine(self, journal: Journal) -> Finding:
        """Look for each turn."""
        turns = {event.event: (delivery, event) for delivery, event in acknowledged_events(journal) if _is_turn(event)}
        if not turns:
            return self.inconclusive("no event about a consent was acknowledged")
        log = log_of(journal)
        if log.problem:
            return self.inconclusive(log.problem, hook=LOGS)
        missing, advice = [], []
        for delivery, event in turns.values():
            end_user_id, consent_id = end_user_of(delivery), consent_of(delivery)
            if not _is_told(log, event, end_user_id, consent_id):
                missing.append(event)
            elif not (log.naming(end_user_id) and log.naming(consent_id)):
                advice.append(f"{event.kind} is told without both ids, end_user_id and consent_id")
        if missing:
            lines = tuple(f"no line about {value.event}: {value.kind}" for value in missing)
            return self.fails(f"{missing[0].kind} left no line in the log", evidence=lines, examined=len(turns))
        return self.passes(
            f"all {len(turns)} turns of consents are in the log", examined=len(turns), advice=tuple(dict.fromkeys(advice))
        )


def _is_turn(event: EventCreated) -> bool:
    return event.kind in TURNS and event.is_subscribed


def _is_told(log: Log, event: EventCreated, end_user_id: str, consent_id: str) -> bool:
    """A receipt by its message_id alone does not say whose consent it was."""
    words = re.compile(TURNS[event.kind], re.IGNORECASE)
    of_consent = log.naming(consent_id)
    of_end_user = [record for record in log.naming(end_user_id) if "consent" in record.lower()]
    plain = (_NAMES.sub(" ", _without(text, end_user_id, consent_id)) for text in (*of_consent, *of_end_user))
    return any(words.search(text) for text in plain)


def _without(text: str, *ids: str) -> str:
    for each_text in ids:
        text = text.replace(each_text, " ") if each_text else text
    return text
