"""Does the app's log contain every change of a consent?"""

import re
from datetime import datetime

from fiskil_harness.core.config.hooks import LOGS
from fiskil_harness.journal import Delivery, EventCreated, Journal
from fiskil_harness.journal.queries.api_calls import acknowledged_events, consent_of, end_user_of, kind_of
from fiskil_harness.journal.queries.deliveries import ended_s
from fiskil_harness.journal.queries.idleness import idle_before
from fiskil_harness.journal.queries.logs import Log, log_of, without_repeats, words_of
from fiskil_harness.journal.queries.rows import last_effects
from fiskil_harness.probes.probe import Finding, Probe

CHANGES = {
    "consent.received": r"(?<![a-z])(?:receiv|grant|activ|connect|approv|creat|start|new|begin)",
    "consent.updated": r"(?<![a-z])(?:updat|amend|chang|modif|renew|extend|reduc|activ|status)",
    "consent.revoked": r"(?<![a-z])(?:revok|withdr|end|disconnect|delet|remov|cancel|inactive|stop|clos|expir)",
    "consent.expired": r"(?<![a-z])(?:expir|end|inactive|stop|clos|revok)",
}
"""Words with which a log may report a change of a consent, by kind of event."""

_NAMES = re.compile(r"end[ _-]?users?(?:[ _-]?id)?|webhook[ _-]?received", re.IGNORECASE)
"""Names in a log that contain one of these words but do not report a change."""


class LogsConsents(Probe, frozen=True, kw_only=True, tag="logs_consents"):
    """Check that the log reports each change of a consent, with the id of the consent or of the end user.

    Only events that the app uses count, and only those that change a consent in the app: an event that arrives after a newer
    one does not, and one that the app has not processed has not changed the consent yet.
    """

    is_general = True
    expected = "received, updated, revoked and expired, each with end_user_id and consent_id"
    source = "practices: log consent lifecycle events"
    fix = "log end_user_id, consent_id and the new status wherever the status of a consent changes"

    def examine(self, journal: Journal) -> Finding:
        """Look for a log line about each change of a consent."""
        changes = _changes(journal)
        if not changes:
            return self.inconclusive(_why_no_change(journal))
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
        consent_ids = {event.event: consent_of(delivery) for delivery, event in changes.values()}
        missing = [event for event in missing if not _has_unknown_words(journal, log, missing, consent_ids[event.event])]
        if missing:
            lines = tuple(f"no line about {event.event}: {event.kind}" for event in missing)
            return self.fails(
                f"{missing[0].kind} left no line in the log that names its consent or end user",
                evidence=lines,
            )
        return self.passes(
            f"all {len(changes)} changes of consents are in the log",
            examined=len(changes),
            advice=tuple(dict.fromkeys(advice)),
        )


def _why_no_change(journal: Journal) -> str:
    if any(event.kind in CHANGES and event.is_subscribed for _, event in acknowledged_events(journal)):
        return "no event certainly changed a consent in the app: it has not processed one, or a newer one came first"
    return "the app acknowledged no event that changes a consent"


def _changes(journal: Journal) -> dict[str, tuple[Delivery, EventCreated]]:
    """Return the acknowledged events that certainly changed a consent in the app, by symbol."""
    of_consents = [
        (delivery, event)
        for delivery, event in acknowledged_events(journal)
        if event.kind in CHANGES and event.is_subscribed
    ]
    return {
        event.event: (delivery, event)
        for delivery, event in of_consents
        if not _is_overtaken(journal, delivery, event) and not _is_unprocessed(journal, event)
    }


def _is_overtaken(journal: Journal, delivery: Delivery, event: EventCreated) -> bool:
    """Return True if the app may have processed a newer or a generated message about the same consent before *event*.

    Its response does not matter: the app may process a message that it refuses.
    """
    ids = consent_of(delivery), end_user_of(delivery)
    published = datetime.fromisoformat(event.publish_time)
    newer = {
        other.event
        for other in journal.all(EventCreated)
        if other.is_subscribed and other.event != event.event and datetime.fromisoformat(other.publish_time) >= published
    }
    return any(
        kind_of(other) in CHANGES
        and not other.is_forged
        and (consent_of(other), end_user_of(other)) == ids
        and (other.event in newer or not other.is_authentic)
        and idle_before(journal, other.at_s) < ended_s(delivery)
        for other in journal.all(Delivery)
    )


def _is_unprocessed(journal: Journal, event: EventCreated) -> bool:
    """Return True if the app reports that it has not applied the event; without counts, if it is still busy at the end."""
    end = last_effects(journal, event.participant)
    if end is None:
        return False
    return not end.applied.get(event.message_id) if end.applied is not None else not end.is_idle


def _is_logged(log: Log, event: EventCreated, end_user_id: str, consent_id: str) -> bool:
    """Return True if a record with the id of the consent or of its end user reports the change."""
    english, other = re.compile(CHANGES[event.kind], re.IGNORECASE), words_of("changes", event.kind)
    of_consent = log.naming(consent_id)
    of_end_user = [record for record in log.naming(end_user_id) if _is_about_consents(record)]
    texts = (_NAMES.sub(" ", _without(text, end_user_id, consent_id)) for text in (*of_consent, *of_end_user))
    return any(english.search(text) or other.search(text) for text in texts)


def _has_unknown_words(journal: Journal, log: Log, missing: list[EventCreated], consent_id: str) -> bool:
    """Return True if a log in another language may report the *missing* changes: as many wordings name this consent only.

    Words that occur in records about other messages, or that are known, report no missing change.
    """
    others = [event.message_id for _, event in acknowledged_events(journal) if event.kind not in CHANGES]
    known = [re.compile(words, re.IGNORECASE) for words in CHANGES.values()] + [
        words_of("changes", kind) for kind in CHANGES
    ]
    unknown = [
        record
        for record in log.particular([consent_id], others)
        if not any(words.search(_NAMES.sub(" ", _without(record, consent_id))) for words in known)
    ]
    return len(without_repeats(unknown, [consent_id])) >= len(missing)


def _is_about_consents(record: str) -> bool:
    return "consent" in record.lower() or bool(words_of("consent").search(record))


def _without(text: str, *ids: str) -> str:
    for entity_id in ids:
        text = text.replace(entity_id, " ") if entity_id else text
    return text
