"""Compare twins: end users with the same data and events, whose messages are delivered differently.

Twins ``a`` and ``c`` receive every message once and in order. Twin ``b`` (or ``b1``, ``b2`` ...) receives the same messages
with repetitions, disturbances or in another order. Parts of the state that differ between ``a`` and ``c`` are volatile, and
are ignored. All other parts must be the same for ``a`` and ``b`` at the end.
"""

from collections import Counter

from msgspec import Struct

from fiskil_harness.core.config.hooks import EFFECTS, STATE
from fiskil_harness.journal import ConsentState, Delivery, Effects, EventCreated, Journal
from fiskil_harness.journal.queries.api_calls import TOKEN_NOT_RENEWED, end_user_of, has_unrenewed_token
from fiskil_harness.journal.queries.attempt_counters import (
    added_bytes,
    body_sizes,
    extra_attempts,
    is_counter,
    is_delivery_list,
    is_named_as_counter,
    is_total_size,
)
from fiskil_harness.journal.queries.deliveries import first_of, was_disturbed
from fiskil_harness.journal.queries.rows import NO_VISIBLE_EFFECT, PENDING, last_effects, snapshots, why_still_busy
from fiskil_harness.journal.queries.state import Leaves, StateReader, differing, has_symbols

UNKNOWN = frozenset({"null", ""})
"""Leaves of a value that the app does not know."""


class Comparison(Struct, frozen=True, kw_only=True):
    """Result of a comparison of twins (end users with the same events).

    *differences* are lines for a report, *compared* is the number of compared paths. *volatile* are the paths that were
    ignored because they differ between identical runs. *counters* are the paths that were ignored because they seem to be
    counters or lists of attempts: the twin with more deliveries has a higher number there,
    or more entries. *histories* are the paths that were ignored because they record what happened to one twin only, or what
    is left of an ended consent. *is_loss* is True if the other twin has less than ``a`` and nothing else. *reason* states
    why the twins cannot be compared, *hook* is the hook that would help.
    """

    differences: tuple[str, ...] = ()
    compared: int = 0
    volatile: tuple[str, ...] = ()
    counters: tuple[str, ...] = ()
    histories: tuple[str, ...] = ()
    is_loss: bool = False
    reason: str = ""
    hook: str = ""

    @property
    def advice(self) -> tuple[str, ...]:
        """Return lines for a report about the ignored paths."""
        ignored = (
            ("ignored, because two identical runs differ there", self.volatile),
            ("ignored, because these numbers grow with every attempt", self.counters),
            ("ignored, because these values record what happened to one twin only", self.histories),
        )
        return tuple(f"{reason}: {first_of(paths, 6)}" for reason, paths in ignored if paths)

    @property
    def unnamed_counters(self) -> tuple[str, ...]:
        """Return those of *counters* whose names are not typical of attempt counters, so that they may count effects."""
        return tuple(path for path in self.counters if not is_named_as_counter(path))


def was_reordered(journal: Journal, participant: str = "b") -> bool:
    """Return True if the twin's events were first acknowledged in another order than they were created."""
    created = [event.event for event in journal.all(EventCreated) if event.participant == participant]
    acknowledged = [
        delivery.event for delivery in journal.all(Delivery) if delivery.is_authentic and delivery.is_acknowledged
    ]
    numbers = [created.index(event) for event in dict.fromkeys(acknowledged) if event in created]
    return numbers != sorted(numbers)


def compare_twins(journal: Journal, other: str = "b") -> Comparison:
    """Compare the final states of the twins ``a``, ``c`` and *other*, whose messages were delivered differently."""
    ends = {name: last_effects(journal, name) for name in ("a", other, "c")}
    if not all(ends.values()):
        return Comparison(reason="the scenario has no twins a, b and c")
    final = [end for end in ends.values() if end is not None]
    if any(effects.state is None for effects in final):
        return Comparison(reason="the effects hook does not report `state`", hook=STATE)
    for effects in final:
        if not effects.is_idle:
            reason, hook = why_still_busy(effects)
            return Comparison(reason=reason, hook=hook)
    if _kinds(journal, "a") != _kinds(journal, other) or _kinds(journal, "a") != _kinds(journal, "c"):
        return Comparison(reason="the twins did not acknowledge the same events")
    reader = StateReader(journal)
    comparison = _compared(journal, reader, other, *(reader.leaves(effects.state) for effects in final))
    reason, hook = _excuse(journal, final) if comparison.differences else ("", "")
    return Comparison(reason=reason, hook=hook) if reason else comparison


def _excuse(journal: Journal, final: list[Effects]) -> tuple[str, str]:
    """Return the reason why differences between twins prove nothing about deliveries, and the hook that would help.

    Both are empty if there is no such reason.
    """
    if has_unrenewed_token(journal, _end_users(journal, {effects.participant for effects in final})):
        return TOKEN_NOT_RENEWED, ""
    is_blind = any(effects.pending is None and effects.applied is None for effects in final)
    return (NO_VISIBLE_EFFECT, PENDING) if is_blind and was_disturbed(journal) else ("", "")


def _compared(journal: Journal, reader: StateReader, other: str, a: Leaves, b: Leaves, c: Leaves) -> Comparison:
    volatile = differing(a, c)
    states = [reader.leaves(effects.state) for effects in snapshots(journal, "a") if effects.state is not None]
    # The final state may be empty if no consent is active any more; then the paths of earlier states are compared.
    compared = (a.keys() | b.keys() or {path for state in states for path in state}) - volatile
    if not compared:
        return Comparison(reason="no part of the app's state is the same in two identical runs", hook=EFFECTS)
    if not has_symbols(a) and not any(differing(state, a) - volatile for state in states):
        return Comparison(reason="the app's state shows no effect of any delivery", hook=EFFECTS)
    most, sizes = extra_attempts(journal, of=other, than="a"), body_sizes(journal, other)
    counters = {
        path
        for path in differing(a, b) - volatile
        if is_counter(path, a, b, most=most)
        or is_delivery_list(path, a, b, most=most, sizes=sizes)
        or is_total_size(path, a, b, added=added_bytes(journal, of=other, than="a"))
    }
    if not compared - counters:
        return Comparison(reason="only counters in the app's state are the same in two identical runs", hook=EFFECTS)
    paths = differing(a, b) - volatile - counters
    histories = _histories(paths, a, b, states, has_ended=_has_ended(journal, other) and was_reordered(journal, other))
    return Comparison(
        differences=tuple(
            _words(path, a.get(path, Counter()), b.get(path, Counter())) for path in sorted(paths - histories)
        ),
        compared=len(compared - counters - histories),
        volatile=tuple(sorted(volatile)),
        counters=tuple(sorted(counters)),
        histories=tuple(sorted(histories)),
        is_loss=all(b.get(path, Counter()) <= a.get(path, Counter()) for path in paths - histories),
    )


def _histories(paths: set[str], a: Leaves, b: Leaves, states: list[Leaves], *, has_ended: bool) -> set[str]:
    """Return those of *paths* that differ only because more happened to one twin, so that no effect is lost or repeated.

    A path that only twin ``b`` has, and twin ``a`` never had, is such a record. If the consents of both have ended, what is
    left of them depends on what the app knew before the end: ``a`` may have more, ``b`` may have null instead of a value,
    ``a`` may have counted more changes, and records made at the end may differ.

    Args:
        states: All states that the app reported for ``a``.
        has_ended: True if the consents of both twins have ended, and the messages of ``b`` came in another order.
    """
    known = {path for state in (*states, a) for path in state}
    earlier = {path for state in states if state != a for path in state}
    return {
        path
        for path in paths
        if path not in known
        or (has_ended and (path not in earlier or (b.get(path, Counter()) - a.get(path, Counter())).keys() <= UNKNOWN))
        or (has_ended and _is_count_of_changes(path, a, b, states))
    }


def _is_count_of_changes(path: str, a: Leaves, b: Leaves, states: list[Leaves]) -> bool:
    """Return True if *path* has one whole number that never fell in ``a``, even at the end, and is lower in ``b``.

    A count of rows falls when a consent ends; a count of changes is lower if some events were outdated on arrival.
    """
    texts = [next(iter(state[path]), "") for state in (*states, a, b) if state.get(path, Counter()).total() == 1]
    if len(texts) != len([state for state in states if path in state]) + 2 or not all(map(str.isdecimal, texts)):
        return False
    *numbers, in_order, otherwise = map(int, texts)
    return numbers == sorted(numbers) and numbers[0] < in_order and numbers[-1] <= in_order and 0 < otherwise < in_order


def _has_ended(journal: Journal, other: str) -> bool:
    """Return True if twins ``a`` and *other* had consents and none of these is active any more."""
    consents = {consent.consent_id: consent for consent in journal.all(ConsentState) if consent.participant in {"a", other}}
    return bool(consents) and not any(consent.is_active for consent in consents.values())


def _words(path: str, in_order: Counter[str], otherwise: Counter[str]) -> str:
    return f"{path}: {_some(in_order - otherwise)} in order, {_some(otherwise - in_order)} otherwise"


def _some(values: Counter[str]) -> str:
    names = sorted(values)
    if not names:
        return "nothing more"
    more = f" and {values.total() - 1} more" if values.total() > 1 else ""
    return f"{names[0][:60]}{more}"


def _end_users(journal: Journal, twins: set[str]) -> set[str]:
    return {end_user_of(delivery) for delivery in journal.all(Delivery) if delivery.participant in twins} - {""}


def _kinds(journal: Journal, name: str) -> Counter[str]:
    """Return the number of acknowledged events of each kind for the twin *name*."""
    acknowledged = {
        delivery.event for delivery in journal.all(Delivery) if delivery.is_acknowledged and delivery.is_authentic
    }
    return Counter(
        event.kind for event in journal.all(EventCreated) if event.participant == name and event.event in acknowledged
    )
