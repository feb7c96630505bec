"""Fiskil's API for a program of threads: one token for all of them, and one try for each call.

Whoever calls knows what a failure means for it, and whether to come again later; nothing is repeated here but a call whose
token was refused, with a new one.
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
LARGEST_ANSWER = 32 * 1024 * 1024
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
"""What is kept of each row besides its ids."""


class Failure(Exception):
    """A call that did not succeed. ``is_final``: it never will; ``pause_s``: not before so many seconds have passed."""

    def __init__(self, reason, *, status=0, pause_s=0.0, is_final=False):
        super().__init__(reason)
        self.reason, self.status, self.pause_s, self.is_final = reason, status, pause_s, is_final


class Fiskil:
    """The endpoints that this app uses."""

    def __init__(self, *, origin, client_id, client_secret, ca_file=""):
        self._origin = origin.rstrip("/")
        self._pair = {"client_id": client_id, "client_secret": client_secret}
        self._trust = ssl.create_default_context(cafile=ca_file or None)
        self._alone = threading.Lock()
        self._token, self._usable_until = "", 0.0
        self._refusals, self._paused_until = 0, 0.0
        self._closed_until = {}

    def end_user_ids(self, email, until):
        """Ids of the end users with this address. It is compared here, because addresses do not belong in URLs."""
        return [one["id"] for one in self._every("/v1/end-users", "end_users", {}, until) if one.get("email") == email]

    def create_end_user(self, email, until):
        """A new end user's id. Creating twice makes two, so whoever does not know the outcome looks before it asks again."""
        return text(self._call("POST", "/v1/end-users", until, body={"email": email}), "end_user_id")

    def create_session(self, end_user_id, address, until):
        """A new auth session: id, address of the consent page, and until when."""
        body = {"end_user_id": end_user_id, "redirect_uri": address, "cancel_uri": address}
        told = self._call("POST", "/v1/auth/session", until, body=body)
        expires_at = told.get("expires_at")
        return text(told, "session_id"), text(told, "auth_url"), expires_at if isinstance(expires_at, int) else 0

    def consents(self, end_user_id, until):
        """Every consent of an end user by its id, with the datasets that may be read under it; none where it has ended."""
        told = self._every("/v1/consent", "consents", {"end_user_id": end_user_id}, until)
        return {text(one, "arrangement_id"): readable(one) for one in told}

    def revoke(self, consent_id, until):
        """End a consent; one that Fiskil does not know has ended."""
        try:
            self._call("DELETE", f"/v1/consent/{quote(consent_id, safe='')}", until, route="/v1/consent/{id}")
        except Failure as failure:
            if failure.status != 404:
                raise

    def rows(self, dataset, end_user_id, until):
        """The rows of a dataset by their ids, with what is kept of each.

        Pending transactions may carry no date, so they are asked for by their status, and first.
        """
        selections = [{}]
        if dataset == "transactions":
            oldest = time.strftime("%Y-%m-%dT00:00:00Z", time.gmtime(time.time() - HISTORY_S))
            selections = [{"status": "PENDING"}, {"from": oldest}]
        found = {}
        for selection in selections:
            for one in self._every(f"/v1/banking/{dataset}", dataset, {"end_user_id": end_user_id, **selection}, until):
                told = {name: str(one[name]) for name in DATASETS[dataset] if one.get(name) is not None}
                kept = {name: value for name, value in told.items() if is_storable(value)}
                found[text(one, "fiskil_id")] = {"consent_id": text(one, "arrangement_id"), **kept}
        return found

    def _every(self, path, root, params, until):
        """A list to its end. The token goes along with each link, so none is followed to another origin."""
        url, seen, records = f"{self._origin}{path}?{urlencode(params)}", set(), []
        while url:
            if url in seen or len(seen) > MOST_PAGES:
                raise Failure("pages that never end", is_final=True)
            seen.add(url)
            told = self._call("GET", url, until, route=path)
            page, links = (told, None) if isinstance(told, list) else (told.get(root), told.get("links"))
            if not isinstance(page, list) or not all(isinstance(one, dict) for one in page):
                raise Failure(f"an answer without {root}")
            records += page
            following = links.get("next") if isinstance(links, dict) else None
            url = urljoin(url, following) if isinstance(following, str) and following else ""
            if url and urlsplit(url)[:2] != urlsplit(self._origin)[:2]:
                raise Failure("a link to another origin", is_final=True)
        return records

    def _call(self, method, url, until, *, body=None, route=""):
        """One call with a token; a token that is refused is renewed once."""
        route = f"{method} {route or url}"
        token = self._current("", until)
        try:
            return self._once(method, url, until, body=body, route=route, token=token)
        except Failure as failure:
            if failure.status != 401:
                raise
        return self._once(method, url, until, body=body, route=route, token=self._current(token, until))

    def _current(self, refused, until):
        """A token other than *refused*: one thread fetches it, and the others wait for that one."""
        if not self._alone.acquire(timeout=max(0.0, until - time.monotonic())):
            raise Failure("no token in time")
        try:
            now = time.monotonic()
            if self._token and self._token != refused and now < self._usable_until:
                return self._token
            if now < self._paused_until:
                raise Failure("the credentials were refused a moment ago", pause_s=self._paused_until - now)
            return self._fetch(until)
        finally:
            self._alone.release()

    def _fetch(self, until):
        self._token = ""
        try:
            told = self._once("POST", "/v1/token", until, body=self._pair, route="POST /v1/token")
        except Failure as failure:
            if 400 <= failure.status < 500 and failure.status not in MAY_PASS:
                pause_s = min(60.0, 5.0 * 2**self._refusals)
                self._refusals, self._paused_until = self._refusals + 1, time.monotonic() + pause_s
                raise Failure("the credentials are refused", pause_s=pause_s) from None
            raise
        self._token = text(told, "token" if "token" in told else "access_token")
        lifetime_s = lifetime(told.get("expires_in"))
        self._usable_until = time.monotonic() + lifetime_s - min(60, lifetime_s / 10)
        self._refusals = 0
        return self._token

    def _once(self, method, url, until, *, body, route, token=""):
        now = time.monotonic()
        wait_s = self._closed_until.get(route, 0.0) - now
        if wait_s > 0:
            raise Failure("Fiskil asked us to wait", pause_s=wait_s)
        if now >= until:
            raise Failure("no time left")
        try:
            status, headers, raw = self._exchange(method, urljoin(self._origin, url), body, token, min(CALL_S, until - now))
        except (HTTPError, OSError, ValueError) as trouble:
            raise Failure(f"network: {type(trouble).__name__}") from None
        print(f"api_call {route} {status}", flush=True)
        if 200 <= status < 300:
            return decoded(raw)
        pause_s = retry_after_s(headers.get("retry-after", ""))
        if pause_s:
            self._closed_until[route] = time.monotonic() + pause_s
        is_final = 400 <= status < 500 and status not in {401, *MAY_PASS}
        raise Failure(f"status {status}", status=status, pause_s=pause_s, is_final=is_final)

    def _exchange(self, method, url, body, token, limit_s):
        """One request on a connection of its own, which is cut when the time is up, whatever it is just doing."""
        address = urlsplit(url)
        trust = {"ssl_context": self._trust} if address.scheme == "https" else {}
        kind = HTTPSConnection if trust else HTTPConnection
        connection = kind(address.hostname, address.port, timeout=limit_s, **trust)
        began = time.monotonic()
        connection.connect()
        # The limit of the socket is one on each read; only somebody else can end an answer that comes byte by byte.
        watchdog = threading.Timer(limit_s - (time.monotonic() - began), cut, [connection.sock])
        watchdog.start()
        try:
            headers = {"Accept": "application/json", "X-Fiskil-Version": "v3", "Connection": "close"}
            headers |= {"Authorization": f"Bearer {token}"} if token else {}
            headers |= {"Content-Type": "application/json"} if body is not None else {}
            target = f"{address.path}?{address.query}" if address.query else address.path
            told = None if body is None else json.dumps(body).encode()
            connection.request(method, target, told, headers, preload_content=False)
            answer, raw = connection.getresponse(), bytearray()
            while piece := answer.read(ONE_READ):
                raw += piece
                if len(raw) > LARGEST_ANSWER:
                    raise ValueError("an answer too large to read")
            if watchdog.finished.is_set():
                raise TimeoutError
            return answer.status, answer.headers, bytes(raw)
        finally:
            watchdog.cancel()
            connection.close()


def cut(sock):
    """End a connection under whoever waits for it."""
    with contextlib.suppress(OSError):
        # Under TLS as well: a socket's own shutdown would take the TLS away from whoever reads.
        socket.socket.shutdown(sock, socket.SHUT_RDWR)


def readable(consent):
    """The datasets that a consent covers; one that names none we know is taken to cover all."""
    if consent.get("active") is not True:
        return set()
    permissions = consent.get("permissions")
    named = {one for one in permissions if isinstance(one, str)} if isinstance(permissions, list) else set()
    return named & DATASETS.keys() or set(DATASETS)


def decoded(raw):
    """JSON; money stays the text that it was."""
    if not raw.strip():
        return {}
    try:
        told = json.loads(raw.decode("utf-8-sig"), parse_float=str, parse_constant=float_refused)
    except (ValueError, RecursionError):
        raise Failure("an answer that is no JSON") from None
    if not isinstance(told, dict | list):
        raise Failure("an answer of another shape")
    return told


def float_refused(name):
    """NaN and its like are no JSON."""
    raise ValueError(name)


def text(record, name):
    """A text that must be there, and can be stored."""
    value = record.get(name) if isinstance(record, dict) else None
    if not isinstance(value, str) or not value or not is_storable(value):
        raise Failure(f"an answer without {name}")
    return value


def is_storable(value):
    """Lone surrogates pass through JSON, but nothing can hold them."""
    return not any("\ud800" <= letter <= "\udfff" for letter in value)


def lifetime(told):
    """Seconds a token lives; few where nothing sensible is said."""
    try:
        seconds = float(told) if not isinstance(told, bool) else 0.0
    except (TypeError, ValueError, OverflowError):
        return SHORT_TOKEN_S
    return seconds if 0 < seconds <= LONGEST_TOKEN_S else SHORT_TOKEN_S


def retry_after_s(header):
    """What Retry-After asks for, in either of its forms; 0 where it says nothing usable."""
    told = header.strip()
    try:
        seconds = (
            float(told) if told.isascii() and told.isdecimal() else parsedate_to_datetime(told).timestamp() - time.time()
        )
    except (ValueError, TypeError, OverflowError):
        return 0.0
    return min(max(seconds, 0.0), LONGEST_RETRY_AFTER_S)
