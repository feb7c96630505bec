"""Observations on the API's side: calls, faults that acted, keys, tokens and the rows that were served."""

from typing import Any, Literal

from fiskil_harness.journal.entries.entry import Entry

RefusalKind = Literal["write", "form", "pair", "bound"]
"""Reason why the relay did not forward a request to the hosted API.

=====  ======================================================
write  the request would change data
form   the request is ambiguous or uses an unusual method
pair   the request carries an unknown key pair or token
bound  the limit of API calls for this run was reached
=====  ======================================================
"""

KeyState = Literal["accepted", "revoked", "rotated", "wrong"]
"""State of the app's key pair at the API; ``wrong`` means that the app was given an invalid secret."""


class Exchange(Entry, frozen=True, kw_only=True):
    """One API call of the app and its response, as seen on the API's side of the proxy.

    *number* counts the calls of the scenario from 1. *status* is None if no response was sent. *bites* are the faults that
    acted on the call. *end_user_id* is empty for calls that concern no end user (tokens, institutions).

    *is_of_earlier_scenario* is True for a call about an end user of an earlier scenario; faults and probes ignore such
    calls. *is_cut* is True if a fault still held the call when the harness ended it: it killed the app, or the
    scenario was over.
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
    """One action of a fault on an API call or on a connection.

    *byte_offset* is the position in the response body at which the fault acted, or -1 if it acted before the body. *seed* is
    the seed of the fault's rule. For faults of connections, *connection* is the number of the affected connection (as in
    ``Exchange``), and *observed* describes the effect.
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
    """The app was started with an https URL of the API; *is_reached* is True if the app called that URL."""

    is_reached: bool


class Unencrypted(Entry, frozen=True, kw_only=True):
    """A client sent plain HTTP to the API although the app was configured with an https URL.

    *is_former* is True if the request went to the earlier http URL, False if it went to the port of the https URL.
    """

    is_former: bool = False


class ApiUnreachable(Entry, frozen=True, kw_only=True):
    """The hosted API behind the relay sent no complete response, and no fault of the harness caused that."""

    reason: str
    route: str
    request_number: int


class Refused(Entry, frozen=True, kw_only=True):
    """A request that the relay did not forward to the hosted API; *why* describes the reason for people."""

    method: str
    route: str
    kind: RefusalKind
    why: str
    request_number: int


class ForeignOriginCalled(Entry, frozen=True, kw_only=True):
    """A request to a foreign origin, whose URL the app can only have taken from an API response.

    *carries_token* is True if the request carried an access token.
    """

    path: str
    carries_token: bool = False


class FaultSet(Entry, frozen=True, kw_only=True):
    """A fault that was set to act *times* times on *route*.

    *missing_bites* counts the actions that never happened, and *problem* states why. *unchanged_exchanges* counts the
    calls to *route* in which the fault found nothing to change.
    """

    fault: str
    route: str
    times: int
    missing_bites: int = 0
    unchanged_exchanges: int = 0
    problem: str = ""


class TokensExpired(Entry, frozen=True, kw_only=True):
    """The harness made every access token that the app holds expire.

    *processes* is the number of the app's processes at that time, each of which may have a token; None if unknown.
    """

    processes: int | None = None


class Key(Entry, frozen=True, kw_only=True):
    """A change of the app's key pair at the API; *state* applies from this entry on."""

    state: KeyState

    @property
    def is_accepted(self) -> bool:
        """Return True if the API accepts the app's key pair."""
        return self.state == "accepted"

    @property
    def is_rotated(self) -> bool:
        """Return True if the key pair was replaced by another."""
        return self.state == "rotated"

    @property
    def is_wrong(self) -> bool:
        """Return True if the app was given an invalid secret."""
        return self.state == "wrong"


class Rows(Entry, frozen=True, kw_only=True):
    """The rows that the API serves for one dataset of a participant, from this entry on.

    Each row has its ids and the values that an app may store. *removed_ids* are the ``fiskil_id`` of rows that the API
    served before and no longer serves.
    """

    participant: str
    dataset: str
    rows: tuple[dict[str, Any], ...]
    removed_ids: tuple[str, ...] = ()
    end_user_id: str = ""


class ConsentState(Entry, frozen=True, kw_only=True):
    """The state of a consent at Fiskil from this entry on; recorded when the consent begins, changes and ends.

    *permissions* are the datasets that the consent covers, *accounts* the ``account_id`` of each selected account.
    """

    participant: str
    consent_id: str
    institution_id: str = ""
    permissions: tuple[str, ...] = ()
    accounts: tuple[str, ...] = ()
    is_active: bool = True


class InterpretationsUsed(Entry, frozen=True, kw_only=True):
    """The ids of ambiguous clauses that the scenario used: under another interpretation, a response would have differed.

    *chosen* maps a clause to the interpretation in use, if that is not the best supported interpretation.
    """

    clauses: tuple[str, ...]
    chosen: dict[str, str] = {}
