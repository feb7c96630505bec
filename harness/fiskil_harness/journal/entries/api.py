"""What happened on the API's side: calls, faults that acted, keys, tokens, rows that were served."""

from typing import Any

from fiskil_harness.journal.entries.entry import Entry


class Exchange(Entry, frozen=True, kw_only=True):
    """One request of the app to the API and what it got, as seen on the API's side of the link.

    ``number`` counts requests of the scenario from 1. ``status`` is None where no answer was sent. ``bites`` names
    the faults that acted. ``end_user_id`` is empty for calls about no end user (tokens, institutions). A stray call is about
    an end user of an earlier scenario; no fault matches it and probes leave it out. A cut one was held by a fault when the
    scenario ended, and ended by us.
    """

    number: int
    route: str
    method: str
    path: str
    query: str = ""
    end_user_id: str = ""
    is_stray: bool = False
    request_headers: tuple[tuple[str, str], ...] = ()
    request_body: bytes = b""
    status: int | None = None
    response_headers: tuple[tuple[str, str], ...] = ()
    response_body: bytes = b""
    ended_s: float = 0.0
    bites: tuple[str, ...] = ()
    connection: int = 0
    is_cut: bool = False


class Bite(Entry, frozen=True, kw_only=True):
    """A fault acted. ``byte_offset`` is where in the response body, -1 before it began; ``seed`` is its rule's.

    Of a fault of connections ``connection`` is the one it met, as exchanges have it, and ``seen`` what came of that.
    """

    fault: str
    route: str
    request_number: int
    byte_offset: int = -1
    seed: int = 0
    connection: int = 0
    observed: str = ""


class Abandoned(Entry, frozen=True, kw_only=True):
    """The app ended a ``connection`` that a fault had bitten and still held, as one that gives up does."""

    fault: str
    connection: int


class Secured(Entry, frozen=True, kw_only=True):
    """The app was started with an address of the API under https; ``is_reached`` tells whether it called there."""

    is_reached: bool


class Unencrypted(Entry, frozen=True, kw_only=True):
    """Somebody spoke HTTP without TLS while the app was told of https: at that very port, or at the address of before."""

    is_former: bool = False


class Unreached(Entry, frozen=True, kw_only=True):
    """The hosted API behind a relay gave no answer to a request, or broke it off, and no fault of ours did that."""

    what: str
    route: str
    request_number: int


class Refused(Entry, frozen=True, kw_only=True):
    """A request that the relay did not pass on to the hosted API: it would write, is read in two ways, or is one too many.

    ``kind`` is ``write``, ``form``, ``pair`` (the credentials are not the checked ones) or ``bound``.
    """

    method: str
    route: str
    kind: str
    why: str
    request_number: int


class Strayed(Entry, frozen=True, kw_only=True):
    """Somebody called an origin that only an answer of the API had named; ``carries_token`` tells of a token."""

    path: str
    carries_token: bool = False


class FaultSet(Entry, frozen=True, kw_only=True):
    """A fault was set to bite ``times`` times on ``route``; ``unbitten`` is how many bites never came.

    ``spared`` counts the exchanges that came by and gave the fault nothing to spoil; ``lack`` says why bites are left.
    """

    fault: str
    route: str
    times: int
    unbitten: int = 0
    spared: int = 0
    problem: str = ""


class TokensExpired(Entry, frozen=True, kw_only=True):
    """Every access token that the app had taken died at this moment."""


class Key(Entry, frozen=True, kw_only=True):
    """What the app's key pair is worth from now on: accepted, revoked, or wrong (the app was given a bad secret)."""

    state: str


class Rows(Entry, frozen=True, kw_only=True):
    """What the API serves for a participant's dataset at one moment: ids, and the values an app may keep."""

    participant: str
    dataset: str
    moment: str
    rows: tuple[dict[str, Any], ...]
    removed_ids: tuple[str, ...] = ()
    end_user_id: str = ""


class ConsentState(Entry, frozen=True, kw_only=True):
    """A consent as it stands at Fiskil from now on: when it began, and at each change of what it covers, and at its end.

    ``permissions`` are the datasets that it covers, ``accounts`` the ``account_id`` of each account that was chosen.
    """

    participant: str
    consent_id: str
    institution_id: str = ""
    permissions: tuple[str, ...] = ()
    accounts: tuple[str, ...] = ()
    is_active: bool = True


class InterpretationsUsed(Entry, frozen=True, kw_only=True):
    """The doubtful clauses of the contract that came up: those where another reading would have answered otherwise.

    ``ruled`` are the interpretations that ruled where they were not the best supported ones.
    """

    clauses: tuple[str, ...]
    ruled: dict[str, str] = {}
