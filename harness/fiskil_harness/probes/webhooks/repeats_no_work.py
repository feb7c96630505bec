"""Does the app do the work of a message again when the message is repeated?"""

from collections.abc import Callable
from itertools import accumulate

from fiskil_harness.core.config.hooks import EFFECTS
from fiskil_harness.core.model.findings import Finding
from fiskil_harness.journal import Effects, Exchange, Journal, RepetitionRound
from fiskil_harness.journal.queries.api_calls import calls
from fiskil_harness.journal.queries.attempt_counters import body_sizes, is_counter, is_delivery_list, is_total_size
from fiskil_harness.journal.queries.rows import last_effects, why_still_busy
from fiskil_harness.journal.queries.state import StateReader, differing
from fiskil_harness.probes.probe import Probe

ROUNDS = 3
"""Number of rounds that a FAIL needs: work that the app does anyway may follow the repetitions of one round."""


class RepeatsNoWork(Probe, frozen=True, kw_only=True, tag="repeats_no_work"):
    """Check that repeated messages cause no API call and no change of the state, whatever the app reports about them.

    A FAIL needs work after the repetitions of each of three rounds, and none in any control period: an app may poll, retry
    or read when its effects are queried. Numbers and lists that may count deliveries are ignored.
    """

    expected = "no API call and no change of the state because of a message that was processed before"
    source = "webhooks.message-id"
    fix = "look up message_id before any work, and acknowledge a message that you know without processing it"

    def examine(self, journal: Journal) -> Finding:
        """Compare the time after the repetitions of each round with the round's control period."""
        rounds = journal.all(RepetitionRound)
        if not rounds or not rounds[0].messages:
            return self.inconclusive("no acknowledged message was repeated while nothing else happened")
        end = last_effects(journal, rounds[0].participant)
        if end is not None and not end.is_idle:
            return self.inconclusive(*why_still_busy(end))
        routes = _in_each_round(rounds, lambda since_s, until_s: _routes(journal, rounds[0], since_s, until_s))
        paths = _in_each_round(rounds, lambda since_s, until_s: _changes(journal, rounds[0], since_s, until_s))
        if routes or paths:
            messages = f"{rounds[0].messages} messages that the app had processed"
            observed = f"the app worked again after each of {ROUNDS} repetitions of {messages}"
            evidence = (*(f"called again: {route}" for route in routes), *(f"changed again: {path}" for path in paths))
            return self.fails(observed, evidence=evidence)
        if end is None and not calls(journal):
            return self.inconclusive("the app made no API call and reports no state", hook=EFFECTS)
        observed = f"{rounds[0].messages} messages were repeated, and the repetitions caused no API call and no change"
        return self.passes(observed, examined=rounds[0].messages)


def _in_each_round(rounds: list[RepetitionRound], work: Callable[[float, float], set[str]]) -> list[str]:
    """Return what *work* finds after the repetitions of each round and in no control period, sorted."""
    if len(rounds) < ROUNDS:
        return []
    repeated = [work(each_round.repeated_s, each_round.at_s) for each_round in rounds]
    usual = [work(each_round.began_s, each_round.repeated_s) for each_round in rounds]
    return sorted(repeated[0].intersection(*repeated[1:]).difference(*usual))


def _routes(journal: Journal, of: RepetitionRound, since_s: float, until_s: float) -> set[str]:
    """Return the calls about the end user between *since_s* and *until_s*, as method and route."""
    return {
        f"{call.method} {call.route or call.path}"
        for call in journal.all(Exchange)
        if call.end_user_id == of.end_user_id and since_s <= call.at_s < until_s
    }


def _changes(journal: Journal, of: RepetitionRound, since_s: float, until_s: float) -> set[str]:
    """Return the paths of the end user's state that changed between *since_s* and *until_s*."""
    snapshots = [
        effects
        for effects in journal.all(Effects)
        if effects.participant == of.participant and effects.state is not None and effects.at_s <= until_s
    ]
    earlier = [effects for effects in snapshots if effects.at_s <= since_s]
    if not earlier:
        return set()
    reader = StateReader(journal)
    before, after = reader.leaves(earlier[-1].state), reader.leaves(snapshots[-1].state)
    most, sizes = of.messages, body_sizes(journal, of.participant, since_s=since_s)
    return {
        path
        for path in differing(before, after)
        if not is_counter(path, before, after, most=most)
        and not is_delivery_list(path, before, after, most=most, sizes=sizes)
        and not is_total_size(path, before, after, added=set(accumulate(sizes)))
    }
