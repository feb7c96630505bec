"""Does each end user get only their own data, and lose none, while others use the app at the same moment?"""

from collections import defaultdict

import msgspec

from fiskil_harness.core.config.hooks import EFFECTS, LOGIN, STATE
from fiskil_harness.core.model.findings import Finding
from fiskil_harness.journal import PAGE, ConcurrentResponse, Effects, HookCall, Journal, Rows, Visit
from fiskil_harness.journal.queries.api_calls import end_user_of
from fiskil_harness.journal.queries.deliveries import genuine
from fiskil_harness.journal.queries.pages_of_others import WORD, PagesOfOthers, is_page, needs_login, own_ids
from fiskil_harness.journal.queries.private_values import private_values, shows_any
from fiskil_harness.journal.queries.rows import STILL_BUSY, places, shown
from fiskil_harness.probes.probe import Probe


class SeparatesConcurrentUsers(Probe, frozen=True, kw_only=True, tag="separates_concurrent_users"):
    """Check that simultaneous requests do not mix up the data of end users.

    No state and no response of an end user may show ids of another one, and neither may the page to which a browser returns
    from a consent page. No response may show an amount, a balance or a description that only another end user's rows have.
    At the end, each state must show as many rows as those of the other end users, whose rows are equal. If no state shows a
    row, rows that all end users lack look like rows that the app does not report.
    A redirect, a refusal or a login page says nothing about the page that was requested.

    If the configured login names the end user, no page may show ids or values of an end user to another one who requests
    its URL, or without a login.
    """

    needs = (EFFECTS,)
    expected = "each end user's own data in their state and in every response, and all of it"
    source = "webhooks.end-user"
    fix = "check whose page is requested, cache by end user, and share no variable between requests"

    def examine(self, journal: Journal) -> Finding:
        """Look for ids of other end users in states and responses, and for rows that only some end users have.

        Which end users are affected depends on timing, so findings do not name them.
        """
        if not journal.all(ConcurrentResponse) and not any(delivery.group for delivery in genuine(journal)):
            return self.inconclusive("nothing happened at the same moment")
        ids = _ids(journal)
        ends = {effects.participant: effects for effects in journal.all(Effects)}
        seeing = [name for name, end in ends.items() if _has_any(end, ids.get(name, set()))]
        is_one_for_all = len({msgspec.json.encode(end.state, order="deterministic") for end in ends.values()}) == 1
        if len(seeing) < 2 or is_one_for_all:
            return self.inconclusive("the effects hook reports no state for several end users", hook=STATE)
        pages_of_others = PagesOfOthers(journal)
        mixture = _mixture(journal, ids) or _seen_by_others(pages_of_others)
        if mixture:
            return self.fails(mixture)
        lost = _datasets_with_losses(journal, ends)
        if lost:
            observed = f"the state of an end user misses {lost[0]} that the states of others have"
            return self.fails(observed)
        if not all(end.is_idle for end in ends.values()):
            return self.inconclusive(STILL_BUSY)
        return self._passes(journal, ends, pages_of_others)

    def _passes(self, journal: Journal, ends: dict[str, Effects], pages_of_others: PagesOfOthers) -> Finding:
        """Return a PASS that names each page that was not examined; INCONCLUSIVE if all were hidden, or no row is shown."""
        row_ids = {str(row["fiskil_id"]) for rows in journal.all(Rows) for row in rows.rows if "fiskil_id" in row}
        if row_ids and not any(shown(end.state, row_ids) for end in ends.values()):
            return self.inconclusive("no state shows the fiskil_id of a row that was synced", hook=STATE)
        end_users = len(ends)
        responses = journal.all(ConcurrentResponse)
        pages = {response.page for response in responses if response.page}
        unseen = sorted(pages - {response.page for response in responses if _is_examined_page(response)})
        observed = f"{end_users} end users got all of their own data, and no other{_note(pages_of_others)}"
        if not unseen:
            return self.passes(observed, examined=end_users)
        is_closed = all(needs_login(response.status, response.body) for response in responses if response.page in unseen)
        cause = "redirects, refusals or login pages" if is_closed else "errors"
        places = " and ".join(f"{PAGE}{page}" for page in unseen)
        reason = f"the app returned only {cause} for {places}, so nothing there was examined"
        if is_closed or len(unseen) == len(pages):
            return self.inconclusive(reason, hook=LOGIN if is_closed else "")
        return self.passes(f"{observed}; {reason}", examined=end_users)


def _note(pages: PagesOfOthers) -> str:
    """Return what a PASS says about pages that others requested; '' if none was."""
    if pages.hidden_from_others:
        return "; no page showed it to another login"
    return "; whether a page shows it to another login was not examined" if pages.were_requested else ""


def _is_examined_page(response: ConcurrentResponse) -> bool:
    return bool(response.page) and is_page(response.status, response.body)


def _mixture(journal: Journal, ids: dict[str, set[str]]) -> str:
    """Return a sentence about data of one end user that another one got; '' if there is none."""
    responses = journal.all(ConcurrentResponse)
    places = ["the state"] if any(_has_any(end, _of_others(ids, end.participant)) for end in journal.all(Effects)) else []
    places += ["the page after a consent journey"] if any(_is_mixed(visit, ids) for visit in journal.all(Visit)) else []
    places += sorted(response.source for response in responses if _is_mixed(response, ids))
    if places:
        return f"{places[0]} shows one end user an id of another one"
    values = private_values(journal)
    sources = sorted(response.source for response in responses if _has_values(response, values))
    return f"{sources[0]} shows one end user values of another one's rows" if sources else ""


def _seen_by_others(pages: PagesOfOthers) -> str:
    """Return a sentence about a page that shows an end user's data to others; '' if none does."""
    if pages.open:
        return f"{PAGE}{min(pages.open)} shows an end user's data without a login"
    if pages.shown_to_others:
        return f"{PAGE}{min(pages.shown_to_others)} shows an end user's data to another one who requests its URL"
    return ""


def _has_values(response: ConcurrentResponse, values: dict[str, set[str]]) -> bool:
    return shows_any(response.body.decode("utf-8", "replace"), _of_others(values, response.participant))


def _ids(journal: Journal) -> dict[str, set[str]]:
    """Return the ids of each end user, including those of their consents and rows, by participant."""
    ids = own_ids(journal)
    for delivery in genuine(journal):
        ids[delivery.participant].update({end_user_of(delivery)} - {""})
    for response in journal.all(ConcurrentResponse):
        ids[response.participant].update(set(response.marks) - {""})
    return ids


def _of_others(ids: dict[str, set[str]], participant: str) -> set[str]:
    return {text for name, texts in ids.items() if name != participant for text in texts}


def _has_any(effects: Effects, texts: set[str]) -> bool:
    return any(places(effects.state, texts).values())


def _is_mixed(response: ConcurrentResponse | Visit, ids: dict[str, set[str]]) -> bool:
    words = set(WORD.findall(response.body.decode("latin-1")))
    # The padding of an id in base64 may be escaped in a page or a URL.
    return not words.isdisjoint(text.rstrip("=") for text in _of_others(ids, response.participant))


def _datasets_with_losses(journal: Journal, ends: dict[str, Effects]) -> list[str]:
    """Return the datasets of which an idle app shows one end user fewer rows than another one who has as many."""
    latest = {(rows.dataset, rows.participant): rows for rows in journal.all(Rows)}
    shown_counts: dict[tuple[str, int], set[int]] = defaultdict(set)
    for (dataset, participant), rows in latest.items():
        end = ends.get(participant)
        ids = {str(row["fiskil_id"]) for row in rows.rows if "fiskil_id" in row}
        if end is not None and end.is_idle and _has_every_cause(journal, participant):
            shown_counts[dataset, len(ids)].add(sum(1 for mentions in places(end.state, ids).values() if mentions))
    return sorted({dataset for (dataset, _), counts in shown_counts.items() if len(counts) > 1})


def _has_every_cause(journal: Journal, participant: str) -> bool:
    """Return True if the app acknowledged every delivered event about the participant, and performed every refresh.

    An app may refuse a refresh while it is busy.
    """
    deliveries = [delivery for delivery in genuine(journal) if delivery.participant == participant]
    acknowledged = {delivery.event for delivery in deliveries if delivery.is_acknowledged}
    refreshes = [call for call in journal.all(HookCall) if call.is_refresh and call.participant == participant]
    return {delivery.event for delivery in deliveries} <= acknowledged and all(call.has_succeeded for call in refreshes)
