"""What was shared when: consents as they stood at Fiskil, the rows that each let the app read, and who heard of its end."""

from collections.abc import Iterable
from typing import Any

from fiskil_harness.journal import ConsentState, Effects, Exchange, HookCall, Journal, Rows
from fiskil_harness.journal.queries.api_calls import acknowledged_events, began_s, calls, is_fine
from fiskil_harness.journal.queries.deliveries import consent_of
from fiskil_harness.journal.queries.rows import Place, name_of_row, places

TOO_SOON = 429


def consents_of(journal: Journal, *, until_s: float = float("inf")) -> dict[str, ConsentState]:
    """How each consent of the first participant stood last, before a moment."""
    return {
        consent.consent_id: consent
        for consent in journal.all(ConsentState)
        if not consent.participant and consent.at_s < until_s
    }


def permitted(journal: Journal, *, until_s: float = float("inf")) -> set[str]:
    """The datasets that the active consents covered before a moment."""
    active = [consent for consent in consents_of(journal, until_s=until_s).values() if consent.is_active]
    return {name for consent in active for name in consent.permissions}


def hooks(journal: Journal, name: str, *, since_s: float = 0.0) -> list[HookCall]:
    """Every time that the app was asked to do *name* for the first participant, from a moment on."""
    return [
        hook_call
        for hook_call in journal.all(HookCall)
        if hook_call.hook == name and not hook_call.participant and began_s(hook_call) >= since_s
    ]


def is_done(call: HookCall) -> bool:
    """Whether the app says that it did what it was asked to. A redirect may lead anywhere, so it says nothing."""
    return call.status is not None and 200 <= call.status < 300


def is_declined(call: HookCall) -> bool:
    """Whether the app answered that it did not, and not for being asked too often."""
    return call.status is not None and call.status >= 400 and call.status != TOO_SOON


def calls_during(journal: Journal, hook: HookCall, prefix: str) -> list[Exchange]:
    """What the app asked of routes that begin with *prefix* while it was at it."""
    return [call for call in calls(journal, "") if call.route.startswith(prefix) and began_s(hook) <= call.at_s <= hook.at_s]


def was_notified_of_end(journal: Journal, consent: ConsentState) -> bool:
    """Whether word of a consent's end reached the app.

    By its event; by an answer that it got when it ended the consent itself; or because it was asked to read everything anew,
    asked the API, and says that it did, or was refused for want of any consent.
    """
    if any(
        event.kind == "consent.revoked" and consent_of(acknowledged_event) == consent.consent_id
        for acknowledged_event, event in acknowledged_events(journal)
    ):
        return True
    if any(consent.consent_id in call.path and is_fine(call) for call in calls(journal, "consents.revoke")):
        return True
    is_last = not any(consent.is_active for consent in consents_of(journal).values())
    return any(
        (is_done(hook) and _has_asked(journal, began_s(hook)))
        or (is_last and is_declined(hook) and _is_refused(calls_during(journal, hook, "banking.")))
        for hook in hooks(journal, "refresh", since_s=consent.at_s)
    )


def rows_under(journal: Journal, consent_ids: Iterable[str]) -> dict[str, str]:
    """What was served under these consents: the name that reports use by ``fiskil_id``; without what others bring still."""
    wanted = set(consent_ids)
    names: dict[str, str] = {}
    for sync in _syncs(journal):
        for number, row in enumerate(sync.rows, start=1):
            if row.get("arrangement_id") in wanted:
                names[str(row["fiskil_id"])] = f"{sync.dataset} {name_of_row(row, number)}"
    latest = {sync.dataset: sync for sync in _syncs(journal)}
    others = {consent.consent_id for consent in consents_of(journal).values() if consent.is_active} - wanted
    for sync in latest.values():
        for row in sync.rows:
            if row.get("arrangement_id") in others:
                names.pop(str(row["fiskil_id"]), None)
    return names


def shown_as_before(journal: Journal, end: Effects, names: Iterable[str]) -> tuple[set[str], set[str]]:
    """Of these texts those that the app ever showed, and those that stand at the *end* as they once stood.

    Whatever consent a record names, it is the same record: a row that comes back under another one is back.
    """
    wanted, ids = set(names), set(consents_of(journal))
    stood: dict[str, list[Place]] = {text: [] for text in wanted}
    for effects in journal.all(Effects):
        if not effects.participant and effects is not end:
            for text, ones in places(effects.state, wanted).items():
                stood[text] += [_plain(place, ids) for place in ones]
    now = places(end.state, wanted)
    kept = {text for text in wanted if any(_plain(place, ids) in stood[text] for place in now[text])}
    return {text for text in wanted if stood[text]}, kept


def _syncs(journal: Journal) -> list[Rows]:
    return [rows for rows in journal.all(Rows) if not rows.participant]


def _has_asked(journal: Journal, since_s: float) -> bool:
    """Whether the app was answered since; one that says yes and looks later has not heard yet."""
    return any(
        call.at_s >= since_s and call.end_user_id and (is_fine(call) or call.status == 403) for call in calls(journal)
    )


def _is_refused(made: list[Exchange]) -> bool:
    return any(call.status in {403, 404} and not call.bites for call in made)


def _plain(place: Place, ids: set[str]) -> Place:
    return Place(place.path, _without(place.record, ids))


def _without(value: Any, ids: set[str]) -> Any:
    if isinstance(value, dict):
        return {name: _without(each_value, ids) for name, each_value in value.items()}
    if isinstance(value, list):
        return [_without(each_value, ids) for each_value in value]
    return "consent" if isinstance(value, str) and value in ids else value
