"""Messages the app acknowledged and is configured to process but has not reported as applied.

Waits for the app use them to detect that the app is still busy. Probes decide separately which of them are findings.
"""

from fiskil_harness.journal import Delivery, Effects, EventCreated, Journal


class UnappliedMessages:
    """Unapplied messages of one participant, read from the journal when this object is created."""

    def __init__(self, journal: Journal, participant: str) -> None:
        events = {event.message_id: event for event in journal.all(EventCreated)}
        reports = [effects for effects in journal.all(Effects) if effects.participant == participant]
        acknowledged = [
            delivery
            for delivery in journal.all(Delivery)
            if delivery.participant == participant and delivery.is_acknowledged and delivery.is_authentic
        ]
        applied = {message_id for report in reports for message_id, count in (report.applied or {}).items() if count}
        used = {events[message_id].kind for message_id in applied if message_id in events}
        self._acknowledged = {delivery.message_id: delivery.event for delivery in acknowledged}
        self._kinds = {message_id: event.kind for message_id, event in events.items()}
        self._unapplied = {
            delivery.message_id
            for delivery in acknowledged
            if (event := events.get(delivery.message_id)) and (event.is_subscribed or event.kind in used)
        } - applied
        self.has_unqueried = bool(acknowledged) and (not reports or acknowledged[-1].at_s > reports[-1].at_s)
        """True if a message was acknowledged after the app's effects were last queried."""

    @property
    def has_any(self) -> bool:
        """True if at least one acknowledged message is not applied yet."""
        return bool(self._unapplied)

    def is_missing_from(self, applied: dict[str, int] | None) -> bool:
        """Return true if an unapplied message is missing from the counts *applied*; false if the app reports no counts."""
        return applied is not None and any(not applied.get(message_id, 0) for message_id in self._unapplied)

    def first_unapplied(self, applied: dict[str, int] | None) -> str:
        """Return the event's symbol and kind of the first acknowledged message that is not in *applied*, or ''."""
        left = (
            message_id
            for message_id in self._kinds
            if message_id in self._acknowledged and not (applied or {}).get(message_id, 0)
        )
        first = next(left, "") if applied is not None else ""
        return f"{self._acknowledged[first]} {self._kinds[first]}" if first else ""
