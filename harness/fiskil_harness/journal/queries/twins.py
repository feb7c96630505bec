"""Twins: the same person under other ids, to whom the same happened, told in another way.

*a* and *c* were told everything once and in order, *b* otherwise, or *b1*, *b2* ... each in another way. Where *a* and *c*
differ the app's state is volatile and says nothing; everywhere else *b* must end up as *a* did.
"""

from collections import Counter

from msgspec import Struct

from fiskil_harness.core.config.hooks import EFFECTS
from fiskil_harness.journal import Delivery, Effects, EventCreated, Journal
from fiskil_harness.journal.queries.api_calls import LOCKED_OUT, end_user_of, was_locked_out
from fiskil_harness.journal.queries.attempt_counters import extra_attempts, is_counter, is_named_as_counter
from fiskil_harness.journal.queries.deliveries import was_disturbed
from fiskil_harness.journal.queries.rows import PENDING, UNSURE, at_work
from fiskil_harness.journal.queries.state import Leaves, StateReader, differing, has_symbols


class Comparison(Struct, frozen=True, kw_only=True):
    """What comparing the twins gave. ``reason`` says why they cannot be compared, and ``hook`` what would help.

    ``counters`` are places where the twin that was told more often shows a higher number, as a counter of tries does.
    """

    differences: tuple[str, ...] = ()
    compared: int = 0
    volatile: tuple[str, ...] = ()
    counters: tuple[str, ...] = ()
    reason: str = ""
    hook: str = ""

    @property
    def advice(self) -> tuple[str, ...]:
        """What was left out, for the reader."""
        told = (
            ("left out, because two runs in order differ there", self.volatile),
            ("left out, because numbers there grow with every try", self.counters),
        )
        return tuple(f"{why}: {_first(paths)}" for why, paths in told if paths)

    @property
    def unnamed_counters(self) -> tuple[str, ...]:
        """Counters whose name does not speak of tries: what they count may as well be effects."""
        return tuple(path for path in self.counters if not is_named_as_counter(path))


def compare_twins(journal: Journal, other: str = "b") -> Comparison:
    """Compare how the twins ended; *other* is the one that was told otherwise."""
    ends = {name: _end(journal, name) for name in ("a", other, "c")}
    if not all(ends.values()):
        return Comparison(reason="the scenario has no twins a, b and c")
    told = [end for end in ends.values() if end is not None]
    if any(effects.state is None for effects in told):
        return Comparison(reason="the effects hook tells no state", hook=EFFECTS)
    for effects in told:
        if not effects.is_idle:
            reason, hook = at_work(effects)
            return Comparison(reason=reason, hook=hook)
    if _kinds(journal, "a") != _kinds(journal, other) or _kinds(journal, "a") != _kinds(journal, "c"):
        return Comparison(reason="the twins did not acknowledge the same events")
    reading = StateReader(journal)
    comparison = _compared(journal, reading, other, *(reading.leaves(effects.state) for effects in told))
    reason, hook = _excuse(journal, told) if comparison.differences else ("", "")
    return Comparison(reason=reason, hook=hook) if reason else comparison


def _excuse(journal: Journal, told: list[Effects]) -> tuple[str, str]:
    """Why twins that differ prove nothing about how they were told: reason and hook, or both empty."""
    if was_locked_out(journal, _end_users(journal, {effects.participant for effects in told})):
        return LOCKED_OUT, ""
    is_blind = any(effects.pending is None and effects.applied is None for effects in told)
    return (UNSURE, PENDING) if is_blind and was_disturbed(journal) else ("", "")


def _compared(journal: Journal, reading: StateReader, other: str, a: Leaves, b: Leaves, c: Leaves) -> Comparison:
    volatile = differing(a, c)
    states = [
        reading.leaves(effects.state)
        for effects in journal.all(Effects)
        if effects.participant == "a" and effects.state is not None
    ]
    # A view of what is active may end empty: then what it showed before is gone from each of them.
    compared = (a.keys() | b.keys() or {path for state in states for path in state}) - volatile
    if not compared:
        return Comparison(reason="nothing of the app's state is the same in two runs in order", hook=EFFECTS)
    if not has_symbols(a) and not any(differing(state, a) - volatile for state in states):
        return Comparison(reason="the app's state shows no effect of any delivery", hook=EFFECTS)
    most = extra_attempts(journal, of=other, than="a")
    counters = {path for path in differing(a, b) - volatile if is_counter(path, a, b, most=most)}
    if not compared - counters:
        return Comparison(reason="nothing of the app's state but counters is the same in two runs in order", hook=EFFECTS)
    paths = sorted(differing(a, b) - volatile - counters)
    return Comparison(
        differences=tuple(_words(path, a.get(path, Counter()), b.get(path, Counter())) for path in paths),
        compared=len(compared - counters),
        volatile=tuple(sorted(volatile)),
        counters=tuple(sorted(counters)),
    )


def _first(paths: tuple[str, ...]) -> str:
    return ", ".join(paths[:6]) + (f" and {len(paths) - 6} more" if len(paths) > 6 else "")


def _words(path: str, one: Counter[str], other: Counter[str]) -> str:
    return f"{path}: {_some(one - other)} in order, {_some(other - one)} otherwise"


def _some(values: Counter[str]) -> str:
    names = sorted(values)
    if not names:
        return "nothing more"
    more = f" and {values.total() - 1} more" if values.total() > 1 else ""
    return f"{names[0][:60]}{more}"


def _end(journal: Journal, name: str) -> Effects | None:
    found = [effects for effects in journal.all(Effects) if effects.participant == name]
    return found[-1] if found else None


def _end_users(journal: Journal, twins: set[str]) -> set[str]:
    return {end_user_of(delivery) for delivery in journal.all(Delivery) if delivery.participant in twins} - {""}


def _kinds(journal: Journal, name: str) -> Counter[str]:
    """How many events of each kind the twin's deliveries got acknowledged."""
    acknowledged = {
        delivery.event
        for delivery in journal.all(Delivery)
        if delivery.outcome == "ack" and delivery.kind in {"genuine", "replay"}
    }
    return Counter(
        event.kind for event in journal.all(EventCreated) if event.participant == name and event.event in acknowledged
    )
