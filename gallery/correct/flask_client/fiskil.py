"""Fiskil's API for a program with threads: one token for all of them, one attempt per call.

The caller decides whether to retry later. Only a call whose token was refused is repeated, with a new token.
"""

import contextlib
import json
import socket
import ssl
import threading
import time
from email.utils import parsedate_to_datetime
from urllib.parse import quote, urlencode, urljoin, urlsplit

from urllib3.connection import HTTPConnection, HTTPSConnection
from urllib3.exceptions import HTTPError

CALL_S = 3.0
MAX_RESPONSE_BYTES = 32 * 1024 * 1024
ONE_READ = 65_536
MOST_PAGES = 10_000
LONGEST_TOKEN_S = 86_400
SHORT_TOKEN_S = 60
LONGEST_RETRY_AFTER_S = 60.0
HISTORY_S = 90 * 86_400
MAY_PASS = {408, 425, 429}
DATASETS = {
    "accounts": ("display_name", "masked_number", "open_status"),
    "balances": ("current_balance", "available_balance", "currency"),
    "transactions": ("amount", "currency", "description", "status", "posting_date_time"),
}
"""The columns that are stored of each row besides its ids."""


class Failure(Exception):
    """A call that failed; *is_final*: permanently; *pause_s*: seconds to wait before the next attempt."""

    def __init__(self, reason, *, status=0, pause_s=0.0, is_final=False):
        super().__init__(reason)
        self.reason, self.status, self.pause_s, self.is_final = reason, status, pause_s, is_final


class Fiskil:
    """The endpoints that this app uses."""

    def __init__(self, *, origin, client_id, client_secret, ca_file=""):
        self._origin = origin.rstrip("/")
        self._pair = {"client_id": client_id, "client_secret": client_secret}
        self._trust = ssl.create_default_context(cafile=ca_file or None)
        self._token_lock = threading.Lock()
        self._token, self._usable_until = "", 0.0
        self._refusals, self._paused_until = 0, 0.0
        self._closed_until = {}

    def end_user_ids(self, email, until):
        """Return the ids of end users with this address. Compare here, because addresses must not be in URLs."""
        return [
            end_user["id"]
            for end_user in self._every("/v1/end-users", "end_users", {}, until)
            if end_user.get("email") == email
        ]

    def create_end_user(self, email, until):
        """Create an end user and return its id. After an unknown outcome, search before you create again."""
        return text(self._call("POST", "/v1/end-users", until, body={"email": email}), "end_user_id")

    def create_session(self, end_user_id, address, until):
        """Create an auth session; return its id, the URL of the consent page, and the expiry time."""
        body = {"end_user_id": end_user_id, "redirect_uri": address, "cancel_uri": address}
        session = self._call("POST", "/v1/auth/session", until, body=body)
        expires_at = session.get("expires_at")
        return text(session, "session_id"), text(session, "auth_url"), expires_at if isinstance(expires_at, int) else 0

    def consents(self, end_user_id, until):
        """Return the consents of an end user: id to readable datasets, an empty set if the consent has ended."""
        listed = self._every("/v1/consent", "consents", {"end_user_id": end_user_id}, until)
        return {text(consent, "arrangement_id"): readable(consent) for consent in listed}

    def revoke(self, consent_id, until):
        """End a consent; one that Fiskil does not know has already ended."""
        try:
            self._call("DELETE", f"/v1/consent/{quote(consent_id, safe='')}", until, route="/v1/consent/{id}")
        except Failure as failure:
            if failure.status != 404:
                raise

    def rows(self, dataset, end_user_id, until):
        """Return the rows of a dataset by their ids, with the columns to store.

        Pending transactions may have no date, so they are read by status, and first.
        """
        selections = [{}]
        if dataset == "transactions":
            oldest = time.strftime("%Y-%m-%dT00:00:00Z", time.gmtime(time.time() - HISTORY_S))
            selections = [{"status": "PENDING"}, {"from": oldest}]
        rows = {}
        for selection in selections:
            for record in self._every(f"/v1/banking/{dataset}", dataset, {"end_user_id": end_user_id, **selection}, until):
                texts = {name: str(record[name]) for name in DATASETS[dataset] if record.get(name) is not None}
                columns = {name: value for name, value in texts.items() if is_storable(value)}
                rows[text(record, "fiskil_id")] = {"consent_id": text(record, "arrangement_id"), **columns}
        return rows

    def _every(self, path, root, params, until):
        """Read a list to its end. No link to another origin is followed, because the token is sent along."""
        url, visited, records = f"{self._origin}{path}?{urlencode(params)}", set(), []
        while url:
            if url in visited or len(visited) > MOST_PAGES:
                raise Failure("pages that never end", is_final=True)
            visited.add(url)
            payload = self._call("GET", url, until, route=path)
            page, links = (payload, None) if isinstance(payload, list) else (payload.get(root), payload.get("links"))
            if not isinstance(page, list) or not all(isinstance(record, dict) for record in page):
                raise Failure(f"a response without {root}")
            records += page
            following = links.get("next") if isinstance(links, dict) else None
            url = urljoin(url, following) if isinstance(following, str) and following else ""
            if url and urlsplit(url)[:2] != urlsplit(self._origin)[:2]:
                raise Failure("a link to another origin", is_final=True)
        return records

    def _call(self, method, url, until, *, body=None, route=""):
        """Make one call with a token; renew a refused token once."""
        route = f"{method} {route or url}"
        token = self._current("", until)
        try:
            return self._once(method, url, until, body=body, route=route, token=token)
        except Failure as failure:
            if failure.status != 401:
                raise
        return self._once(method, url, until, body=body, route=route, token=self._current(token, until))

    def _current(self, refused, until):
        """Return a token other than *refused*; one thread fetches it, and the others wait."""
        if not self._token_lock.acquire(timeout=max(0.0, until - time.monotonic())):
            raise Failure("no token in time")
        try:
            now = time.monotonic()
            if self._token and self._token != refused and now < self._usable_until:
                return self._token
            if now < self._paused_until:
                raise Failure("the credentials were refused a moment ago", pause_s=self._paused_until - now)
            return self._fetch(until)
        finally:
            self._token_lock.release()

    def _fetch(self, until):
        self._token = ""
        try:
            payload = self._once("POST", "/v1/token", until, body=self._pair, route="POST /v1/token")
        except Failure as failure:
            if 400 <= failure.status < 500 and failure.status not in MAY_PASS:
                pause_s = min(60.0, 5.0 * 2**self._refusals)
                self._refusals, self._paused_until = self._refusals + 1, time.monotonic() + pause_s
                raise Failure("the credentials are refused", pause_s=pause_s) from None
            raise
        self._token = text(payload, "token" if "token" in payload else "access_token")
        lifetime_s = lifetime(payload.get("expires_in"))
        self._usable_until = time.monotonic() + lifetime_s - min(60, lifetime_s / 10)
        self._refusals = 0
        return self._token

    def _once(self, method, url, until, *, body, route, token=""):
        now = time.monotonic()
        wait_s = self._closed_until.get(route, 0.0) - now
        if wait_s > 0:
            raise Failure("Fiskil requested a wait", pause_s=wait_s)
        if now >= until:
            raise Failure("no time left")
        try:
            status, headers, raw = self._exchange(method, urljoin(self._origin, url), body, token, min(CALL_S, until - now))
        except (HTTPError, OSError, ValueError) as error:
            print(f"api_call {route} failed: {type(error).__name__}", flush=True)
            raise Failure(f"network: {type(error).__name__}") from None
        print(f"api_call {route} {status}", flush=True)
        if 200 <= status < 300:
            return decoded(raw)
        pause_s = retry_after_s(headers.get("retry-after", ""))
        if pause_s:
            self._closed_until[route] = time.monotonic() + pause_s
        is_final = 400 <= status < 500 and status not in {401, *MAY_PASS}
        raise Failure(f"status {status}", status=status, pause_s=pause_s, is_final=is_final)

    def _exchange(self, method, url, body, token, limit_s):
        """Send one request on a new connection, which a timer closes when the time is over."""
        address = urlsplit(url)
        trust = {"ssl_context": self._trust} if address.scheme == "https" else {}
        connection_class = HTTPSConnection if trust else HTTPConnection
        connection = connection_class(address.hostname, address.port, timeout=limit_s, **trust)
        began = time.monotonic()
        connection.connect()
        # The socket timeout limits each read only; another thread must end a response that arrives byte by byte.
        watchdog = threading.Timer(limit_s - (time.monotonic() - began), cut, [connection.sock])
        watchdog.start()
        try:
            headers = {"Accept": "application/json", "X-Fiskil-Version": "v3", "Connection": "close"}
            headers |= {"Authorization": f"Bearer {token}"} if token else {}
            headers |= {"Content-Type": "application/json"} if body is not None else {}
            target = f"{address.path}?{address.query}" if address.query else address.path
            encoded = None if body is None else json.dumps(body).encode()
            connection.request(method, target, encoded, headers, preload_content=False)
            response, raw = connection.getresponse(), bytearray()
            while piece := response.read(ONE_READ):
                raw += piece
                if len(raw) > MAX_RESPONSE_BYTES:
                    raise ValueError("a response too large to read")
            if watchdog.finished.is_set():
                raise TimeoutError
            return response.status, response.headers, bytes(raw)
        finally:
            watchdog.cancel()
            connection.close()


def cut(sock):
    """Shut down a connection while another thread reads from it."""
    with contextlib.suppress(OSError):
        # Also under TLS: the TLS socket's own shutdown would remove the TLS layer from the reading thread.
        socket.socket.shutdown(sock, socket.SHUT_RDWR)


def readable(consent):
    """Return the datasets that a consent covers; a consent without known dataset names covers all."""
    if consent.get("active") is not True:
        return set()
    permissions = consent.get("permissions")
    named = {name for name in permissions if isinstance(name, str)} if isinstance(permissions, list) else set()
    return named & DATASETS.keys() or set(DATASETS)


def decoded(raw):
    """Decode JSON; amounts of money stay text."""
    if not raw.strip():
        return {}
    try:
        payload = json.loads(raw.decode("utf-8-sig"), parse_float=str, parse_constant=float_refused)
    except (ValueError, RecursionError):
        raise Failure("a response that is not JSON") from None
    if not isinstance(payload, dict | list):
        raise Failure("a response of another shape")
    return payload


def float_refused(name):
    """Refuse NaN and infinity, which are not JSON."""
    raise ValueError(name)


def text(record, name):
    """Return a required text that can be stored."""
    value = record.get(name) if isinstance(record, dict) else None
    if not isinstance(value, str) or not value or not is_storable(value):
        raise Failure(f"a response without {name}")
    return value


def is_storable(value):
    """Return whether there is no lone surrogate, which JSON allows but nothing can store."""
    return not any("\ud800" <= letter <= "\udfff" for letter in value)


def lifetime(expires_in):
    """Return the lifetime of a token in seconds; a short default if it is invalid."""
    try:
        seconds = float(expires_in) if not isinstance(expires_in, bool) else 0.0
    except (TypeError, ValueError, OverflowError):
        return SHORT_TOKEN_S
    return seconds if 0 < seconds <= LONGEST_TOKEN_S else SHORT_TOKEN_S


def retry_after_s(header):
    """Return the seconds in a Retry-After header, in either form; 0 if it is missing or invalid."""
    value = header.strip()
    try:
        seconds = (
            float(value) if value.isascii() and value.isdecimal() else parsedate_to_datetime(value).timestamp() - time.time()
        )
    except (ValueError, TypeError, OverflowError):
        return 0.0
    return min(max(seconds, 0.0), LONGEST_RETRY_AFTER_S)
