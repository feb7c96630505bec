"""Does the app end in the state that its events come to?"""

from collections.abc import Iterator
from typing import Any, ClassVar

import msgspec

from fiskil_harness.core.config.hooks import EFFECTS, REDUCER
from fiskil_harness.core.model.findings import Finding
from fiskil_harness.journal import Delivery, Effects, EventCreated, Journal, Reduction
from fiskil_harness.journal.queries.deliveries import consent_of, events_by_id, of_kind
from fiskil_harness.journal.queries.rows import at_work, last_effects
from fiskil_harness.probes.probe import PlainProbe

CONSENT = "consent."


class ReachesEventState(PlainProbe, frozen=True, kw_only=True, tag="reaches_event_state"):
    """Each consent's value is the one that the newest acknowledged event about it leaves, as the config says (I5, I6).

    An event that was delivered and not acknowledged may count or not. Of two at the same moment either may be the newest.
    """

    needs: ClassVar[tuple[str, ...]] = (EFFECTS,)
    expected: ClassVar[str] = "the value that the newest acknowledged event about a consent leaves"
    source: ClassVar[str] = "webhooks.order"
    fix: ClassVar[str] = "let publish_time decide which of two facts about a consent is newer, and apply each message once"

    def examine(self, journal: Journal) -> Finding:
        """Compare the value of every consent with those that it may have."""
        becomes = next((reduction.becomes for reduction in journal.all(Reduction)), None)
        if becomes is None:
            return self.inconclusive("the config does not say what events come to", hook=REDUCER)
        wrong: list[str] = []
        examined = 0
        shown = 0
        for consent_id, told in _told(journal).items():
            end = last_effects(journal, told[0][1].participant)
            if end is None or end.state is None:
                return self.inconclusive("the effects hook tells no state", hook=EFFECTS)
            lawful = _lawful(told, becomes)
            if not lawful or _is_muddled(journal, consent_id):
                continue
            if not end.is_idle:
                reason, hook = at_work(end)
                return self.inconclusive(reason, hook=hook)
            examined += 1
            shown += consent_id in end.consents
            wrong += _difference(end, consent_id, lawful)
        if examined and not shown:
            return self.inconclusive("the state shows no value where app.observe.reducer looks for it", hook=REDUCER)
        if wrong:
            seen = f"{len(wrong)} of {examined} consents ended otherwise than their events say"
            return self.fails(seen, evidence=tuple(wrong), examined=examined)
        return self.passes(f"{examined} consents ended as their events say", examined=examined)


def _told(journal: Journal) -> dict[str, list[tuple[str, EventCreated, bool]]]:
    """By consent, each delivered event about it: when it was published, which it is, and whether it was acknowledged."""
    events = events_by_id(journal)
    found: dict[str, dict[str, tuple[str, EventCreated, bool]]] = {}
    for delivery in journal.all(Delivery):
        event = events.get(delivery.message_id)
        if event is None or delivery.kind not in {"genuine", "replay"} or not event.kind.startswith(CONSENT):
            continue
        known = found.setdefault(consent_of(delivery), {})
        was_acknowledged = known[delivery.message_id][2] if delivery.message_id in known else False
        known[delivery.message_id] = (
            _published(delivery) or event.publish_time,
            event,
            was_acknowledged or delivery.outcome == "ack",
        )
    return {consent_id: list(told.values()) for consent_id, told in found.items() if consent_id}


def _lawful(told: list[tuple[str, EventCreated, bool]], becomes: dict[str, Any]) -> list[Any]:
    """The values that a consent may have; none where that is open."""
    newest = max((at for at, _, is_acknowledged in told if is_acknowledged), default="")
    deciding = [event for at, event, is_acknowledged in told if at == newest or (at > newest and not is_acknowledged)]
    if not newest or any(event.kind not in becomes for event in deciding):
        return []
    return [becomes[event.kind] for event in deciding]


def _difference(end: Effects, consent_id: str, lawful: list[Any]) -> Iterator[str]:
    value = end.consents.get(consent_id)
    if value not in lawful:
        wanted = " or ".join(dict.fromkeys(_plain(value) for value in lawful))
        whose = end.participant or "the end user"
        yield f"the consent of {whose}: {_plain(value) if consent_id in end.consents else 'no value'} instead of {wanted}"


def _is_muddled(journal: Journal, consent_id: str) -> bool:
    """Whether signed messages that no event stands behind were about it: they may count."""
    return any(consent_of(delivery) == consent_id for kind in ("unusual", "foreign") for delivery in of_kind(journal, kind))


def _published(delivery: Delivery) -> str:
    try:
        return str(msgspec.json.decode(delivery.body)["publish_time"])
    except (msgspec.DecodeError, KeyError, RecursionError, TypeError, UnicodeDecodeError):
        return ""


def _plain(value: Any) -> str:
    return msgspec.json.encode(value).decode()
