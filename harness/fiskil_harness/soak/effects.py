"""The effects of each examined end user after the load, as the verdict needs them."""

from collections import Counter
from collections.abc import Container, Iterable, Iterator, Mapping
from datetime import datetime
from typing import Any

import msgspec
from msgspec import Struct

from fiskil_harness.core.clock import rfc3339
from fiskil_harness.journal import EventCreated, Journal
from fiskil_harness.journal.queries.attempt_counters import is_counter, is_delivery_list, is_total_size
from fiskil_harness.journal.queries.state import Leaves, StateReader, differing

MESSAGE = "e0"
"""The symbol of every message in a state."""


class EndUserEffects(Struct, frozen=True, kw_only=True):
    """The app's final report about one end user.

    ``applied`` counts the effects of each message; None if the app reports no counts. ``pending`` is the work that was
    unfinished at the last look. ``state`` are the values by path, with symbols in place of ids, as JSON; empty if the app
    reports no state. ``foreign`` are ids in the state that belong to another end user. ``twin`` is the end user with the
    same life to whom everything was delivered in order; "" if there is none.
    """

    end_user_id: str
    applied: dict[str, int] | None = None
    pending: int | None = None
    state: bytes = b""
    foreign: tuple[str, ...] = ()
    twin: str = ""
    problem: str = ""

    def count(self, message_id: str) -> int:
        """Return how many effects of a message the app reports."""
        return (self.applied or {}).get(message_id, 0)

    def effective(self) -> set[str]:
        """Return the messages with at least one effect; an app may report 0 for those that it refused."""
        return {message_id for message_id, count in (self.applied or {}).items() if count}


class States:
    """Converts the app's states to a form in which those of two end users compare."""

    def __init__(self, names: Mapping[str, str], *, since: datetime, messages: Iterable[str] = ()) -> None:
        """Start with the symbol of each id.

        Args:
            names: The symbol of each id of the sandbox.
            since: Times from this one on are times of the run, which differ between end users.
            messages: The ids of all messages, which have one symbol, because each end user has other messages.
        """
        journal = Journal()
        journal.names = {**names, **dict.fromkeys(messages, MESSAGE)}
        journal.write(
            EventCreated(**journal.stamp(), event="", kind="", message_id="", participant="", publish_time=rfc3339(since))
        )
        self._reader = StateReader(journal)

    def encoded(self, state: Any) -> bytes:
        """Return *state* with symbols in place of ids."""
        leaves = self._reader.leaves(state)
        return msgspec.json.encode({path: dict(counter) for path, counter in leaves.items()}, order="sorted")


def texts_in(node: Any) -> Iterator[str]:
    """Yield every text in a JSON value, and every word of texts with spaces."""
    if isinstance(node, str):
        yield from (node, *node.split(" "))
    elif isinstance(node, dict):
        for key, value in node.items():
            yield key
            yield from texts_in(value)
    elif isinstance(node, list):
        for value in node:
            yield from texts_in(value)


def differences(
    state: bytes, twin: bytes, control: bytes, *, extra_attempts: int, added_bytes: Container[int] = ()
) -> list[str]:
    """Return the places at which a state differs from the twin's, each as a short phrase.

    Places at which the twin differs from another undisturbed end user, *control*, are left out, and so are counters of
    attempts and lists of messages, which grow by at most *extra_attempts*, and total sizes of deliveries, which grow by
    *added_bytes*.
    """
    if state == twin:
        return []
    own, of_twin, of_control = _leaves(state), _leaves(twin), _leaves(control or twin)
    paths = differing(own, of_twin) - differing(of_twin, of_control)
    return [
        f"{path.replace('$', 'state', 1)}: {_some(of_twin, own, path)} in the twin, {_some(own, of_twin, path)} here"
        for path in sorted(paths)
        if not is_counter(path, of_twin, own, most=extra_attempts)
        and not is_delivery_list(path, of_twin, own, most=extra_attempts)
        and not is_total_size(path, of_twin, own, added=added_bytes)
    ]


def _leaves(state: bytes) -> Leaves:
    return {path: Counter(values) for path, values in msgspec.json.decode(state).items()}


def _some(leaves: Leaves, others: Leaves, path: str) -> str:
    more = sorted((leaves.get(path, Counter()) - others.get(path, Counter())).elements())
    if not more:
        return "nothing more"
    return more[0][:50] + (f" and {len(more) - 1} more" if len(more) > 1 else "")
