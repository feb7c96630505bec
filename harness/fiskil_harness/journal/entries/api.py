"""Observations on the API's side: calls, faults that acted, keys, tokens and the rows that were served."""

from typing import Any, Literal

from fiskil_harness.journal.entries.entry import Entry

RefusalKind = Literal["write", "form", "pair", "bound"]
"""Why the relay refused a request: it writes, is ambiguous, has unverified credentials, or exceeds the limit."""

KeyState = Literal["accepted", "revoked", "rotated", "wrong"]
"""State of the app's key pair at the API; ``wrong`` means that the app was given an invalid secret."""


class Exchange(Entry, frozen=True, kw_only=True):
    """One API call of the app and its response, as seen on the API's side of the proxy.

    *number* counts the calls of the scenario from 1. *status* is None if no response was sent. *bites* names the faults that
    acted on the call. *end_user_id* is empty for calls that concern no end user (tokens, institutions).

    *is_of_earlier_scenario* marks a call about an end user of an earlier scenario: no fault matches it, and probes
    ignore it.
    *is_cut* marks a call that a fault still held when the scenario ended; the harness closed it.
    """

    number: int
    route: str
    method: str
    path: str
    query: str = ""
    end_user_id: str = ""
    is_of_earlier_scenario: bool = False
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
    """The moment at which a fault acted.

    *byte_offset* is the position in the response body, -1 before the body. *seed* is the seed of the fault's rule.
    For faults of connections, *connection* is the number of the affected connection (as in ``Exchange``) and *observed*
    describes the effect.
    """

    fault: str
    route: str
    request_number: int
    byte_offset: int = -1
    seed: int = 0
    connection: int = 0
    observed: str = ""


class ConnectionAbandoned(Entry, frozen=True, kw_only=True):
    """The app closed a *connection* that a fault still held."""

    fault: str
    connection: int


class ApiServedOverTls(Entry, frozen=True, kw_only=True):
    """The app was started with an https URL of the API; *is_reached* states whether it called that URL."""

    is_reached: bool


class Unencrypted(Entry, frozen=True, kw_only=True):
    """A client sent plain HTTP although the app was configured with an https URL.

    *is_former* is True if it used the earlier http URL, False if it used the https port.
    """

    is_former: bool = False


class ApiUnreachable(Entry, frozen=True, kw_only=True):
    """The hosted API behind the relay sent no complete response, and no fault of the harness caused that."""

    reason: str
    route: str
    request_number: int


class Refused(Entry, frozen=True, kw_only=True):
    """A request that the relay did not forward to the hosted API; *why* is the reason in words."""

    method: str
    route: str
    kind: RefusalKind
    why: str
    request_number: int


class ForeignOriginCalled(Entry, frozen=True, kw_only=True):
    """A request to an origin that only an API response named; *carries_token* is True if it had an access token."""

    path: str
    carries_token: bool = False


class FaultSet(Entry, frozen=True, kw_only=True):
    """A fault that was set to act *times* times on *route*.

    *unbitten* counts the actions that never happened, and *problem* states why. *spared* counts matching exchanges that had
    nothing for the fault to change.
    """

    fault: str
    route: str
    times: int
    missing_bites: int = 0
    unchanged_exchanges: int = 0
    problem: str = ""


class TokensExpired(Entry, frozen=True, kw_only=True):
    """The moment at which every access token that the app holds expired."""


class Key(Entry, frozen=True, kw_only=True):
    """The state of the app's key pair from now on."""

    state: KeyState


class Rows(Entry, frozen=True, kw_only=True):
    """The rows that the API serves for one dataset of a participant from now on.

    Each row has its ids and the values that an app may store. *removed_ids* are ``fiskil_id`` of removed rows.
    """

    participant: str
    dataset: str
    moment: str
    rows: tuple[dict[str, Any], ...]
    removed_ids: tuple[str, ...] = ()
    end_user_id: str = ""


class ConsentState(Entry, frozen=True, kw_only=True):
    """The state of a consent at Fiskil from now on; written when it begins, changes and ends.

    *permissions* are the datasets that the consent covers, *accounts* the ``account_id`` of each selected account.
    """

    participant: str
    consent_id: str
    institution_id: str = ""
    permissions: tuple[str, ...] = ()
    accounts: tuple[str, ...] = ()
    is_active: bool = True


class InterpretationsUsed(Entry, frozen=True, kw_only=True):
    """The ambiguous clauses that the scenario used: another interpretation would have led to another response.

    *ruled* maps clauses to the chosen interpretation where that is not the best supported one.
    """

    clauses: tuple[str, ...]
    chosen: dict[str, str] = {}
