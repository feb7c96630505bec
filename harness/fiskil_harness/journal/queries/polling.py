"""Find reads that the app repeats while nothing happens."""

from fiskil_harness.journal import Exchange, Idle, Journal, Rows
from fiskil_harness.journal.queries.api_calls import PERIOD, calls, parameters

APART_S = 1.0
"""Equal reads with a shorter time between them count as one moment, in real seconds."""
POLLING = 3
"""Number of moments from which repeated reads are polling: a job that runs once and a follow-up make two."""
LONG_S = 10.0
"""Length of an idle period that shows polling at intervals of some seconds, in real seconds."""

ReadKey = tuple[str, str, tuple[tuple[str, str], ...]]


def reads_within(journal: Journal, idle: Idle) -> dict[ReadKey, list[Exchange]]:
    """Return the app's reads in an idle period, grouped by equal route, path and parameters."""
    grouped: dict[ReadKey, list[Exchange]] = {}
    for call in calls(journal):
        if call.method == "GET" and idle.at_s <= call.at_s < idle.at_s + idle.seconds:
            grouped.setdefault(read_key(call), []).append(call)
    return grouped


def read_key(call: Exchange) -> ReadKey:
    """Return a key that is equal for reads that differ only in the parameters ``from`` and ``to``."""
    fixed = sorted((name, value) for name, value in parameters(call).items() if name not in PERIOD)
    return call.route or call.path, call.path, tuple(fixed)


def repeated_moments(journal: Journal, idle: Idle) -> dict[ReadKey, int]:
    """Return at how many moments each read about an end user with synced data was made, if at more than one.

    The first second of the idle period is left out, because a read may belong to the last event.
    """
    synced = {rows.end_user_id for rows in journal.all(Rows)} - {""}
    moments = {}
    for key, reads in reads_within(journal, idle).items():
        times = sorted(call.at_s for call in reads if call.end_user_id in synced and call.at_s >= idle.at_s + APART_S)
        count = sum(1 for earlier, later in zip([-APART_S, *times], times, strict=False) if later - earlier >= APART_S)
        if count > 1:
            moments[key] = count
    return moments
