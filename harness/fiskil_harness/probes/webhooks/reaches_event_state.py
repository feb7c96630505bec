"""Does each consent end with the value that the config states for its newest event?"""

from collections.abc import Iterator
from typing import Any

import msgspec

from fiskil_harness.core.config.hooks import EFFECTS, REDUCER, STATE
from fiskil_harness.journal import Delivery, Effects, EventCreated, Journal, Reduction
from fiskil_harness.journal.queries.api_calls import consent_of, fields_of
from fiskil_harness.journal.queries.deliveries import events_by_id, of_kind
from fiskil_harness.journal.queries.rows import last_effects, why_still_busy
from fiskil_harness.probes.probe import Finding, Probe

CONSENT = "consent."


class ReachesEventState(Probe, frozen=True, kw_only=True, tag="reaches_event_state"):
    """Check that each consent has the value that the config states for its newest acknowledged event.

    If a newer event was delivered but not acknowledged, its value is allowed too. If two events have the same publish_time,
    the values of both are allowed.
    """

    needs = (EFFECTS,)
    expected = "the value that the config states for the newest acknowledged event about a consent"
    source = "webhooks.order"
    fix = "use publish_time to decide which of two events about a consent is newer, and apply each message once"

    def examine(self, journal: Journal) -> Finding:
        """Compare the value of every consent in the app's state with the allowed values."""
        becomes = next((reduction.becomes for reduction in journal.all(Reduction)), None)
        if becomes is None:
            return self.inconclusive("the config does not state the value of a consent after each event", hook=REDUCER)
        wrong: list[str] = []
        examined = 0
        present = 0
        for consent_id, events in _events_by_consent(journal).items():
            end = last_effects(journal, events[0][1].participant)
            if end is None or end.state is None:
                return self.inconclusive("the effects hook reports no state", hook=STATE)
            allowed = _allowed_values(events, becomes)
            if not allowed or _has_ambiguous_messages(journal, consent_id):
                continue
            if not end.is_idle:
                return self.inconclusive(*why_still_busy(end))
            examined += 1
            present += consent_id in end.consents
            wrong += _difference(end, consent_id, allowed)
        if examined and not present:
            return self.inconclusive("the state has no value at the path in app.observe.reducer", hook=REDUCER)
        if wrong:
            observed = f"{len(wrong)} of {examined} consents do not have the value of their newest event"
            return self.fails(observed, evidence=tuple(wrong))
        return self.passes(f"{examined} consents have the value of their newest event", examined=examined)


def _events_by_consent(journal: Journal) -> dict[str, list[tuple[str, EventCreated, bool]]]:
    """Return the delivered consent events by consent id, as tuples (publish time, event, True if acknowledged)."""
    events = events_by_id(journal)
    by_consent: dict[str, dict[str, tuple[str, EventCreated, bool]]] = {}
    for delivery in journal.all(Delivery):
        event = events.get(delivery.message_id)
        if event is None or not delivery.is_authentic or not event.kind.startswith(CONSENT):
            continue
        seen_events = by_consent.setdefault(consent_of(delivery), {})
        was_acknowledged = seen_events[delivery.message_id][2] if delivery.message_id in seen_events else False
        seen_events[delivery.message_id] = (
            str(fields_of(delivery.body).get("publish_time") or event.publish_time),
            event,
            was_acknowledged or delivery.is_acknowledged,
        )
    return {consent_id: list(delivered.values()) for consent_id, delivered in by_consent.items() if consent_id}


def _allowed_values(delivered: list[tuple[str, EventCreated, bool]], becomes: dict[str, Any]) -> list[Any]:
    """Return the values that a consent may have after *delivered* events; an empty list if the values are unknown."""
    newest = max((time for time, _, is_acknowledged in delivered if is_acknowledged), default="")
    candidates = [event for time, event, _ in delivered if time >= newest]
    if not newest or any(event.kind not in becomes for event in candidates):
        return []
    return [becomes[event.kind] for event in candidates]


def _difference(end: Effects, consent_id: str, allowed: list[Any]) -> Iterator[str]:
    value = end.consents.get(consent_id)
    if value not in allowed:
        expected = " or ".join(dict.fromkeys(_as_json(value) for value in allowed))
        owner = end.participant or "the end user"
        actual = _as_json(value) if consent_id in end.consents else "no value"
        yield f"the consent of {owner}: {actual} instead of {expected}"


def _has_ambiguous_messages(journal: Journal, consent_id: str) -> bool:
    """Return True if signed messages about this consent were delivered whose events the sandbox did not create.

    The app may have applied these messages, so the allowed values are unknown.
    """
    return any(consent_of(delivery) == consent_id for kind in ("unusual", "foreign") for delivery in of_kind(journal, kind))


def _as_json(value: Any) -> str:
    return msgspec.json.encode(value).decode()
