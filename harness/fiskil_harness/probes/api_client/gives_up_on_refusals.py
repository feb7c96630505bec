"""Does the app give up what is refused whatever it does, and come back to it once it is refused no more?"""

from collections import Counter
from typing import Any, ClassVar

from fiskil_harness.core.model.findings import Finding
from fiskil_harness.journal import EventCreated, Exchange, Journal, Rows
from fiskil_harness.journal.queries.api_calls import bitten_by, call_key, calls, is_fine, routes_of
from fiskil_harness.journal.queries.rows import effects_before, last_effects, latest_rows, places
from fiskil_harness.journal.queries.work_requested import UNSEEN, over_s, work_count, works_after
from fiskil_harness.probes.probe import PlainProbe

MOST = 20


class GivesUpOnRefusals(PlainProbe, frozen=True, kw_only=True, tag="gives_up_on_refusals"):
    """What is refused though the token is fresh (401), or for want of a scope (403), is asked at most twenty times, and at
    most twenty tokens are taken for it, for each thing that the app was asked to do.

    When it is refused no more the app works again, after a restart at the latest, and shows what it showed before.
    """

    expected: ClassVar[str] = "one renewal after 401 and none after 403, an error, and work again once it is over"
    source: ClassVar[str] = "token.expired, token.scopes"
    fix: ClassVar[str] = "renew once after 401; report a second one, and every 403, and ask again only when asked again"

    def examine(self, journal: Journal) -> Finding:
        """Count equal calls that were refused, and the tokens that were taken meanwhile."""
        made = calls(journal)
        refused = [call for call in bitten_by(journal, "Unauthorised", "Forbidden") if call.status in {401, 403}]
        if not refused:
            return self.inconclusive("no call was refused whatever the token")
        examined = routes_of(refused)
        allowed = MOST * max(1, work_count(journal, refused[0].at_s, over_s(refused)))
        counts = Counter(call_key(call) for call in refused)
        looped = sorted({call.route for call in refused if counts[call_key(call)] > allowed})
        if looped:
            seen = f"{looped[0]} was asked more than {MOST} times for each thing to do, and refused each time"
            return self.fails(seen, evidence=_lines(refused), examined=examined)
        if _taken_for_nothing(made, refused) > allowed:
            seen = f"more than {MOST} tokens were taken for each thing to do, while calls were refused whatever the token"
            return self.fails(seen, evidence=_lines(refused), examined=examined)
        return self._afterwards(journal, refused, examined=examined)

    def _afterwards(self, journal: Journal, refused: list[Exchange], *, examined: int) -> Finding:
        works = works_after(journal, over_s(refused), frozenset(call.route for call in refused))
        if works is None:
            return self.inconclusive(UNSEEN)
        if not works:
            seen = "the app does not come back to what was refused, though it is refused no more and the app began anew"
            return self.fails(seen, evidence=_lines(refused), examined=examined)
        gone = _gone(journal, refused)
        if gone:
            seen = f"the {gone[0]} that the app showed before the refusals are gone for good"
            return self.fails(seen, evidence=tuple(f"shows no {text} any more" for text in gone), examined=examined)
        return self.passes("what was refused was given up, and read again once that was over", examined=examined)


def _taken_for_nothing(made: list[Exchange], refused: list[Exchange]) -> int:
    """How many more tokens were taken in the bad time than calls went well in it: an app may take one for each call."""
    meanwhile = [call for call in made if refused[0].at_s <= call.at_s <= over_s(refused)]
    taken = sum(1 for call in meanwhile if call.route == "token")
    return taken - sum(1 for call in meanwhile if call.route != "token" and is_fine(call))


def _gone(journal: Journal, refused: list[Exchange]) -> list[str]:
    """The datasets of which rows showed before, and none shows at the end though the API still serves them."""
    gone = []
    for dataset, participant in dict.fromkeys((rows.dataset, rows.participant) for rows in journal.all(Rows)):
        rows = latest_rows(journal, dataset, participant)
        before, end = effects_before(journal, refused[0].at_s, participant), last_effects(journal, participant)
        has_ended = any(
            (event.kind, event.participant) == ("consent.revoked", participant) for event in journal.all(EventCreated)
        )
        if has_ended or rows is None or before is None or end is None or end.state is None or not end.is_idle:
            continue
        ids = [str(row["fiskil_id"]) for row in rows.rows if "fiskil_id" in row]
        if _shows(before.state, ids) and not _shows(end.state, ids):
            gone.append(dataset)
    return sorted(set(gone))


def _shows(state: Any, ids: list[str]) -> bool:
    return any(places(state, ids).values())


def _lines(refused: list[Exchange]) -> tuple[str, ...]:
    return tuple(sorted({f"{call.method} {call.route}: {call.status}" for call in refused}))
