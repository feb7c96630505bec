"""Does the app give up on calls that are always refused, and read the data again once they are accepted?"""

from collections import Counter

from fiskil_harness.journal import EventCreated, Exchange, Journal, Rows
from fiskil_harness.journal.queries.api_calls import (
    bitten_by,
    call_key,
    calls,
    is_complete_success,
    refusal_lines,
    routes_of,
)
from fiskil_harness.journal.queries.rows import effects_before, last_effects, latest_rows, shown
from fiskil_harness.journal.queries.work_requested import NO_CALLS_OBSERVED, over_s, work_count, works_after
from fiskil_harness.probes.probe import Finding, Probe

MAX_PER_JOB = 20


class GivesUpOnRefusals(Probe, frozen=True, kw_only=True, tag="gives_up_on_refusals"):
    """Check that the app gives up on calls that are refused despite a new token (401) or for a missing scope (403).

    For each piece of work, the app may make at most 20 equal calls and request at most 20 tokens. Once the API accepts the
    calls again, the app must read the data again, at the latest after a restart, and show the same rows as before.
    """

    is_general = True
    expected = "one renewal after 401 and none after 403, an error, and normal work once the refusals end"
    source = "token.expired, token.scopes"
    fix = "renew once after 401; report a second 401 and every 403, and retry only when new work arrives"

    def examine(self, journal: Journal) -> Finding:
        """Count the equal refused calls, and the tokens that the app requested meanwhile."""
        api_calls = calls(journal)
        refused = [call for call in bitten_by(journal, "Unauthorised", "Forbidden") if call.status in {401, 403}]
        if not refused:
            return self.inconclusive("no call was refused regardless of its token")
        examined = routes_of(refused)
        allowed = MAX_PER_JOB * max(1, work_count(journal, refused[0].at_s, over_s(refused)))
        counts = Counter(call_key(call) for call in refused)
        looped = sorted({call.route for call in refused if counts[call_key(call)] > allowed})
        if looped:
            observed = f"{looped[0]} was called more than {MAX_PER_JOB} times for each piece of work, and refused each time"
            return self.fails(observed, evidence=refusal_lines(refused))
        if _surplus_tokens(api_calls, refused) > allowed:
            observed = f"more than {MAX_PER_JOB} tokens were requested for each piece of work while calls were refused"
            return self.fails(observed, evidence=refusal_lines(refused))
        return self._judge_recovery(journal, refused, examined=examined)

    def _judge_recovery(self, journal: Journal, refused: list[Exchange], *, examined: int) -> Finding:
        works = works_after(journal, over_s(refused), frozenset(call.route for call in refused))
        if works is None:
            return self.inconclusive(NO_CALLS_OBSERVED)
        if not works:
            observed = "the app does not read the refused data again, although the refusals have ended and it was restarted"
            return self.fails(observed, evidence=refusal_lines(refused))
        datasets = _vanished_datasets(journal, refused)
        if datasets:
            observed = f"the {datasets[0]} that the app showed before the refusals do not come back"
            evidence = tuple(f"no longer shows {dataset}" for dataset in datasets)
            return self.fails(observed, evidence=evidence)
        return self.passes("the app gave up on the refused calls, and read the data again afterwards", examined=examined)


def _surplus_tokens(api_calls: list[Exchange], refused: list[Exchange]) -> int:
    """Return the number of token requests minus that of successful calls during the refusals.

    A successful call is subtracted because an app may request a token for each call.
    """
    meanwhile = [call for call in api_calls if refused[0].at_s <= call.at_s <= over_s(refused)]
    tokens = sum(1 for call in meanwhile if call.route == "token")
    return tokens - sum(1 for call in meanwhile if call.route != "token" and is_complete_success(call))


def _vanished_datasets(journal: Journal, refused: list[Exchange]) -> list[str]:
    """Return the datasets that the app showed before the refusals and not at the end, although the API serves them."""
    revoked = {event.participant for event in journal.all(EventCreated) if event.kind == "consent.revoked"}
    vanished = []
    for dataset, participant in dict.fromkeys((rows.dataset, rows.participant) for rows in journal.all(Rows)):
        rows = latest_rows(journal, dataset, participant)
        before, end = effects_before(journal, refused[0].at_s, participant), last_effects(journal, participant)
        if participant in revoked or rows is None or before is None or end is None or end.state is None or not end.is_idle:
            continue
        ids = [str(row["fiskil_id"]) for row in rows.rows if "fiskil_id" in row]
        if shown(before.state, ids) and not shown(end.state, ids):
            vanished.append(dataset)
    return sorted(set(vanished))
