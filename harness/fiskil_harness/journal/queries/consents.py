"""Queries about consents: states over time, rows served under each consent, and notifications of a consent's end."""

from collections.abc import Iterable
from math import inf
from typing import Any

from fiskil_harness.journal import ConsentState, Effects, Exchange, HookCall, Journal, ProcessChanged, Rows
from fiskil_harness.journal.queries.api_calls import (
    TOO_SOON,
    acknowledged_events,
    began_s,
    calls,
    calls_during,
    consent_of,
    dataset_read,
    is_complete_success,
    is_redirect,
    rows_in,
)
from fiskil_harness.journal.queries.rows import Place, labelled_rows, last_effects, places, shown, snapshots


def consents_of(journal: Journal, participant: str = "", *, until_s: float = float("inf")) -> dict[str, ConsentState]:
    """Return each consent of a participant by ``consent_id``, in its last state before *until_s*."""
    return {
        consent.consent_id: consent
        for consent in journal.all(ConsentState)
        if consent.participant == participant and consent.at_s < until_s
    }


def permitted(journal: Journal, *, until_s: float = float("inf")) -> set[str]:
    """Return the datasets that the first participant's active consents covered just before *until_s*."""
    active = [consent for consent in consents_of(journal, until_s=until_s).values() if consent.is_active]
    return {name for consent in active for name in consent.permissions}


def hook_calls(journal: Journal, name: str, *, since_s: float = 0.0) -> list[HookCall]:
    """Return the calls of the hook *name* for the first participant that began at *since_s* or later."""
    return [
        call for call in journal.all(HookCall) if call.hook == name and not call.participant and began_s(call) >= since_s
    ]


def is_declined(call: HookCall) -> bool:
    """Return True if the app responded with an error other than 429."""
    return call.status is not None and call.status >= 400 and call.status != TOO_SOON


def reads_during(journal: Journal, hook: HookCall) -> list[Exchange]:
    """Return the calls during the hook call *hook* that read data of an end user."""
    return list(filter(dataset_read, calls_during(journal, hook)))


def was_notified_of_end(journal: Journal, consent: ConsentState) -> bool:
    """Return True if the app learnt that a consent ended.

    The app learns of the end in one of three cases: it acknowledges the event, it revokes the consent itself, or it
    completes a requested refresh after the end. A refresh that fails also counts if no consent is active any more and the
    API therefore refuses the app's calls.
    """
    if any(
        event.kind == "consent.revoked" and consent_of(delivery) == consent.consent_id
        for delivery, event in acknowledged_events(journal)
    ):
        return True
    if any(consent.consent_id in call.path and is_complete_success(call) for call in calls(journal, "consents.revoke")):
        return True
    is_last = not any(consent.is_active for consent in consents_of(journal).values())
    return any(
        (hook.has_succeeded and _has_read_since(journal, began_s(hook)))
        or (is_redirect(hook) and _has_shown_every_consent(journal, hook))
        or (is_last and is_declined(hook) and _is_refused(reads_during(journal, hook)))
        for hook in hook_calls(journal, "refresh", since_s=consent.at_s)
    )


def rows_under(journal: Journal, consent_ids: Iterable[str]) -> dict[str, str]:
    """Return the names (for reports) of the rows that the API served only under *consent_ids*, by ``fiskil_id``.

    Rows that the API still serves under another active consent are left out: those of the last sync, and those of responses
    after the end of a selected consent.
    """
    selected = set(consent_ids)
    names: dict[str, str] = {}
    for _, row, name in labelled_rows(journal):
        if row.get("arrangement_id") in selected:
            names[str(row["fiskil_id"])] = name
    latest = {sync.dataset: sync.rows for sync in journal.all(Rows) if not sync.participant}
    consents = consents_of(journal)
    others = {name for name, consent in consents.items() if consent.is_active} - selected
    end_s = min((consents[name].at_s for name in selected & {*consents} if not consents[name].is_active), default=inf)
    later = [rows_in(call.response_body) for call in calls(journal) if dataset_read(call) and call.at_s > end_s]
    for row in (row for rows in (*latest.values(), *later) for row in rows):
        if row.get("arrangement_id") in others:
            names.pop(str(row.get("fiskil_id")), None)
    return names


def still_shown(journal: Journal, end: Effects, names: Iterable[str]) -> tuple[set[str], set[str]]:
    """Return those of *names* that the app showed earlier, and those that it shows unchanged at the *end*.

    Consent ids inside a record are ignored: a row that the app now shows under another consent counts as unchanged.

    Args:
        end: The last snapshot of the app's effects.
        names: Texts to search for in the app's state, such as ids of rows.
    """
    texts, ids = set(names), set(consents_of(journal))
    earlier: dict[str, list[Place]] = {text: [] for text in texts}
    for effects in snapshots(journal):
        if effects is not end:
            for text, mentions in places(effects.state, texts).items():
                earlier[text] += [_plain(place, ids) for place in mentions]
    now = places(end.state, texts)
    still_shown = {text for text in texts if any(_plain(place, ids) in earlier[text] for place in now[text])}
    return {text for text in texts if earlier[text]}, still_shown


def has_lost_rows_of_others(journal: Journal, *, since_s: float) -> bool:
    """Return True if the app was restarted after *since_s*, and no longer shows any row of the other participants.

    Only rows of active consents count. An app that keeps no data over a restart shows no row of an ended consent either.
    """
    if not any(changed.is_restart and changed.at_s >= since_s for changed in journal.all(ProcessChanged)):
        return False
    latest = {consent.consent_id: consent for consent in journal.all(ConsentState) if consent.participant}
    active = {name for name, consent in latest.items() if consent.is_active}
    ids = {str(row["fiskil_id"]) for rows in journal.all(Rows) for row in rows.rows if row.get("arrangement_id") in active}
    reports = [effects for effects in journal.all(Effects) if effects.participant and shown(effects.state, ids)]
    return bool(reports) and all(last_effects(journal, report.participant) not in reports for report in reports)


def _has_read_since(journal: Journal, since_s: float) -> bool:
    """Return True if the API responded to a call about an end user since *since_s*, with success or 403.

    An app may respond to the refresh hook before it calls the API, so its response alone does not show a read.
    """
    return any(call.at_s >= since_s and _shows_consents(call) for call in calls(journal))


def _has_shown_every_consent(journal: Journal, hook: HookCall) -> bool:
    """Return True if the API returned 403 during *hook*, or if every call about an end user succeeded in the end."""
    last = {(call.route, call.path): call for call in calls_during(journal, hook) if call.end_user_id}
    is_forbidden = any(call.status == 403 and not call.bites for call in last.values())
    return is_forbidden or (bool(last) and all(map(is_complete_success, last.values())))


def _shows_consents(call: Exchange) -> bool:
    """Return True if the response is about an end user, and shows which consents are active: a success, or 403."""
    return bool(call.end_user_id) and (is_complete_success(call) or call.status == 403)


def _is_refused(refresh_calls: list[Exchange]) -> bool:
    return any(call.status in {403, 404} and not call.bites for call in refresh_calls)


def _plain(place: Place, ids: set[str]) -> Place:
    return Place(place.path, _without(place.record, ids))


def _without(value: Any, ids: set[str]) -> Any:
    if isinstance(value, dict):
        return {name: _without(nested, ids) for name, nested in value.items()}
    if isinstance(value, list):
        return [_without(nested, ids) for nested in value]
    return "consent" if isinstance(value, str) and value in ids else value
