"""Does the app finish the messages that it acknowledged, if nothing disturbs it?"""

from math import inf

from fiskil_harness.journal import FULL_TIME_S, ConsentState, Effects, EventCreated, Exchange, Journal, Key, Limits
from fiskil_harness.journal.queries.api_calls import acknowledged_events, calls, is_complete_success
from fiskil_harness.journal.queries.deliveries import last_applied, was_disturbed
from fiskil_harness.journal.queries.pauses import is_promised, paused_s
from fiskil_harness.journal.queries.recovery import RECOVERY_S, is_abandoned
from fiskil_harness.journal.queries.rows import last_effects
from fiskil_harness.probes.probe import Finding, Probe

MOST_PAUSED_S = 0.5
MOST_NAMED = 5


class FinishesWork(Probe, frozen=True, tag="finishes_work"):
    """Detects acknowledged messages that the app has not finished although it had time and nothing disturbed it.

    A fault, a refused or failed API call, a kill and a requested failure are disturbances: the app may then wait before it
    tries again. So is a pause of the machine. Once the disturbance has ended, an app with unfinished work must resume
    it: it fails if it does nothing for several times as long as it promises.
    """

    is_general = True
    explains_others = True
    expected = (
        "each acknowledged message is finished within app.limits.fresh_s, or within 30 s if the config promises nothing"
    )
    source = "webhooks.message-id"
    fix = (
        "mend the error that ends the work, which the app's output may show; "
        "then retry a message that fails a few times, record it as failed, and finish it"
    )

    def examine(self, journal: Journal) -> Finding:
        """Compare the messages that were acknowledged with the counts of an app that had the full time."""
        participants = {event.participant for _, event in acknowledged_events(journal)}
        ends = [end for name in sorted(participants) if (end := last_effects(journal, name)) is not None]
        if not ends:
            return self.inconclusive("the effects of no acknowledged message were read")
        busy = [end for end in ends if not end.is_idle]
        if not busy:
            return self.passes(f"the work for {len(ends)} end users was finished", examined=len(ends))
        abandoned = [end for end in busy if is_abandoned(journal, end)]
        if abandoned:
            return self._fails_after_disturbance(journal, abandoned)
        late = [end for end in busy if end.had_full_time]
        problem = _disturbance(journal, busy)
        if problem or not late:
            return self.inconclusive(problem or "the app was still working when the scenario ended")
        events = [event for end in late for event in _unfinished(journal, end)]
        if not events:
            return self.inconclusive("the app reports unfinished work, and has applied every message")
        return self.fails(
            f"the app did not finish {_names(events)}, although nothing disturbed it",
            evidence=(*_lines(events), f"time given: {_time_text(journal)}"),
        )

    def _fails_after_disturbance(self, journal: Journal, abandoned: list[Effects]) -> Finding:
        events = [event for end in abandoned for event in _unfinished(journal, end)]
        return self.fails(
            f"the app never finished {_names(events) if events else 'its work'}: after a disturbance that had ended, it "
            "reported the work as pending, called no API and changed nothing",
            evidence=(
                *_lines(events),
                f"time given: {RECOVERY_S:g} s; less for later messages of the same kinds",
            ),
        )


def _names(events: list[EventCreated]) -> str:
    names = ", ".join(f"{event.event} {event.kind}" for event in events[:3])
    return names + (f" and {len(events) - 3} more" if len(events) > 3 else "")


def _lines(events: list[EventCreated]) -> tuple[str, ...]:
    return tuple(f"{event.event} {event.kind}: acknowledged, and never finished" for event in events[:MOST_NAMED])


def _disturbance(journal: Journal, busy: list[Effects]) -> str:
    """Return what gave the app a reason to postpone its work; '' if nothing did."""
    if was_disturbed(journal) or journal.all(Key):
        return "the scenario disturbed the app, which may wait before it tries again"
    are_consents_active = all(consent.is_active for consent in journal.all(ConsentState))
    failed = next((call for call in calls(journal) if _is_disturbance(call, are_consents_active=are_consents_active)), None)
    if failed is not None:
        return f"{failed.route} did not succeed, so the app may wait before it tries again"
    if any(paused_s(journal, -inf, end.at_s) > MOST_PAUSED_S for end in busy):
        return "the machine was paused, which may be the cause"
    return ""


def _is_disturbance(call: Exchange, *, are_consents_active: bool) -> bool:
    """Return True if a correct app may repeat *call* later. A refusal of a wrong request is the app's own mistake."""
    if is_complete_success(call):
        return False
    is_refusal = call.status is not None and 400 <= call.status < 500 and call.status != 429
    return not (is_refusal and are_consents_active)


def _unfinished(journal: Journal, end: Effects) -> list[EventCreated]:
    """Return the messages that the app uses and has not applied; without counts, all messages that it uses.

    If ``pending`` counts every message that is missing, the app uses each of them, whatever its kind.
    """
    counts = last_applied(journal) or {}
    events = {event.message_id: event for _, event in acknowledged_events(journal) if event.participant == end.participant}
    used = {event.kind for event in events.values() if counts.get(event.message_id)}
    missing = [event for event in events.values() if not counts.get(event.message_id)]
    are_all_pending = bool(counts) and (end.pending or 0) - end.pending_of_others == len(missing)
    return [event for event in missing if are_all_pending or event.is_subscribed or event.kind in used]


def _time_text(journal: Journal) -> str:
    promised = next((limits.fresh_s for limits in journal.all(Limits)), FULL_TIME_S)
    if is_promised(journal, "fresh_s"):
        time_text = f"{promised:g} s without any progress, as app.limits.fresh_s promises"
    else:
        time_text = f"{FULL_TIME_S:g} s without any progress, because the config has no app.limits.fresh_s"
    return f"{time_text}; less for later messages of the same kinds in a run"
