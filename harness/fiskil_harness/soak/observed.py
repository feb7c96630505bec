"""Observations during the load besides the deliveries: the app's processes, its backlog and its requests to the API."""

from msgspec import Struct

SAMPLE_S = 1.0
"""The time from one sample to the next."""
EXPIRY_WINDOW_S = 6.0
"""The time after an expiry in which its token requests are counted."""


class Sample(Struct, frozen=True, kw_only=True):
    """One moment of the run. None means that the value is unknown, for example for an app that we did not start.

    ``pending`` is the sum of the unfinished messages of a few end users. ``api_requests`` and ``token_requests`` are the
    totals so far.
    """

    at_s: float
    pending: int | None = None
    memory_bytes: int | None = None
    open_files: int | None = None
    processes: int | None = None
    api_requests: int = 0
    token_requests: int = 0


class Expiry(Struct, frozen=True, kw_only=True):
    """An expiry of all access tokens, and the token requests within the seconds after it.

    ``processes`` is the number of the app's processes, each of which may renew its own token; None if it is unknown.
    """

    at_s: float
    token_requests: int
    processes: int | None = None


class Observed(Struct, frozen=True, kw_only=True):
    """Everything that was observed during one run.

    ``recovery_s`` is the time from the end of the brown-out until the backlog was as before; None without a brown-out, or if
    it never was. ``idle_after_s`` is the time from the end of the load until all examined end users had no unfinished work.
    ``is_settled`` is False if effects were still missing at the end of the wait and might have come later.
    """

    samples: tuple[Sample, ...] = ()
    expiries: tuple[Expiry, ...] = ()
    exits: tuple[str, ...] = ()
    sandbox_limit: float = 0.0
    recovery_s: float | None = None
    idle_after_s: float | None = None
    is_settled: bool = True
    is_interrupted: bool = False
    dead_workers: tuple[str, ...] = ()
