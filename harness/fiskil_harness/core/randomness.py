"""Ids and streams of random numbers: the only module that uses randomness.

Streams depend only on the seed, so the same seed yields the same people, rows and plans. Ids also depend on a salt, which
is new in each run. So an app that still has the ids of an earlier run does not mistake a new message for a duplicate. Where
an app keeps its data from start to start, the ids of people and rows can have a salt that stays the same.
"""

import hashlib
import random
import secrets
import string
import threading
import uuid
from binascii import b2a_base64
from collections.abc import Mapping

_blake2b = hashlib.blake2b
_BASE62 = string.digits + string.ascii_uppercase + string.ascii_lowercase
_FOR_URLS = bytes.maketrans(b"+/", b"-_")
_BASE32 = string.digits + string.ascii_lowercase[:22]


def fresh_salt() -> str:
    """Return a new random salt for one run."""
    return secrets.token_hex(8)


def stream(seed: int, *name: object) -> random.Random:
    """Return the stream of random numbers called *name*; the same seed and name yield the same numbers."""
    text = "/".join(map(str, ("stream", seed, *name)))
    return random.Random(int.from_bytes(hashlib.sha256(text.encode()).digest()[:8], "big"))


class Mint:
    """Generates ids in the formats of the API, and records the symbol of each: a name that is the same in every run.

    ``names`` maps an id to its symbol, such as ``e0``, ``end_user`` or ``transaction:17``. Reports and comparisons show the
    symbol. Twins (two end users whose results are compared) share symbols but no ids. ``account_numbers`` has every account
    number, in order.
    """

    def __init__(self, *, seed: int, salt: str | None = None, id_salt: str | None = None) -> None:
        """Begin to count.

        Args:
            seed: A part of each id.
            salt: Another part of each secret, message id and error id (default: a new one).
            id_salt: Another part of the other ids, which are counted by kind (default: *salt*).
        """
        self.seed = seed
        self.salt = fresh_salt() if salt is None else salt
        self.id_salt = self.salt if id_salt is None else id_salt
        self.names: dict[str, str] = {}
        self.account_numbers: dict[str, None] = {}
        self._counts = dict.fromkeys(("end_user", "session", "client", "consent"), 0)
        self._count = 0
        self._lock = threading.Lock()

    @property
    def counts(self) -> dict[str, int]:
        """The numbers of ids so far: of each kind, and under "" of all other values, such as secrets and message ids."""
        with self._lock:
            return {"": self._count, **self._counts}

    def resume(self, counts: Mapping[str, int]) -> None:
        """Continue after the ids of an earlier process with the same seed and salts; *counts* are those of that process."""
        with self._lock:
            self._count = counts[""]
            self._counts |= {kind: counts[kind] for kind in self._counts}

    def end_user_id(self) -> str:
        """Return a new end user id: ``eu_`` and 27 base-62 characters."""
        return self._named("eu_" + _text(self._id_bytes("end_user"), 27, _BASE62), "end_user")

    def session_id(self) -> str:
        """Return a new auth session id: 27 base-62 characters."""
        return self._named(_text(self._id_bytes("session"), 27, _BASE62), "session")

    def client_id(self) -> str:
        """Return a new client id: 26 base-32 characters, the format of an auth session's ``id``."""
        return _text(self._id_bytes("client"), 26, _BASE32)

    def arrangement_id(self) -> str:
        """Return a new arrangement id, a UUID; webhooks call it ``consent_id``."""
        return self._named(str(uuid.UUID(bytes=self._id_bytes("consent")[:16], version=4)), "consent")

    def error_id(self) -> str:
        """Return a new error id: ``err_`` and a UUID."""
        return "err_" + str(uuid.UUID(bytes=self._bytes()[:16], version=4))

    def goa_error_id(self) -> str:
        """Return a new error id as the goa framework makes it: eight characters of base64 for URLs."""
        return b2a_base64(self._bytes()[:6], newline=False).translate(_FOR_URLS).decode()

    def message_id(self) -> str:
        """Return a new message id: sixteen digits that do not start with zero."""
        return str(10**15 + int.from_bytes(self._bytes()[:8], "big") % (9 * 10**15))

    def secret(self, length: int = 48) -> str:
        """Return *length* new base-62 characters, for a credential or a token signature."""
        return _text(self._bytes(), length, _BASE62)

    def key(self, length: int) -> bytes:
        """Return *length* new bytes, for a signing secret."""
        out = b""
        while len(out) < length:
            out += self._bytes()
        return out[:length]

    def row_id(self, prefix: str, owner: str, key: str, *, length: int = 64) -> str:
        """Return the id of the row *key* of *owner*: *prefix* and *length* hex digits. Every call returns the same id."""
        digest = hashlib.sha256(f"{self.id_salt}/{owner}/{prefix}/{key}".encode()).hexdigest()
        return self._named(prefix + digest[:length], f"{prefix}{key}")

    def digits(self, length: int, owner: str, key: str) -> str:
        """Return an id of the account *key* of *owner*: *length* digits. Every call returns the same id."""
        digest = hashlib.sha256(f"{self.id_salt}/{owner}/digits/{key}".encode()).digest()
        low = 10 ** (length - 1)
        return self._named(str(low + int.from_bytes(digest[:16], "big") % (9 * low)), f"account:{key}")

    def account_number(self, length: int, owner: str, key: str) -> str:
        """Return the number of the account *key* of *owner*: *length* digits. Every call returns the same number."""
        number = self.digits(length, owner, f"{key}:number")
        self.account_numbers[number] = None
        return number

    def transaction_id(self, owner: str, key: str) -> str:
        """Return the institution's id of the transaction *key* of *owner*. Every call returns the same id."""
        digest = hashlib.sha256(f"{self.id_salt}/{owner}/txn/{key}".encode()).digest()
        return self._named(_base64_text(digest[:10]), f"txn-{key}")

    def row_ids(self, owner: str) -> "RowIds":
        """Return the generator of ids for *owner*'s transactions."""
        return RowIds(self, owner)

    def _named(self, value: str, symbol: str) -> str:
        self.names[value] = symbol
        return value

    def _bytes(self) -> bytes:
        with self._lock:
            self._count += 1
            count = self._count
        return hashlib.blake2b(f"{self.salt}/{self.seed}/{count}".encode()).digest()

    def _id_bytes(self, kind: str) -> bytes:
        with self._lock:
            self._counts[kind] += 1
            count = self._counts[kind]
        return hashlib.blake2b(f"{self.id_salt}/{self.seed}/{kind}/{count}".encode()).digest()


def _text(random_bytes: bytes, length: int, alphabet: str) -> str:
    number, base = int.from_bytes(random_bytes, "big"), len(alphabet)
    letters: list[str] = []
    while len(letters) < length:
        # Ten letters at a time, because small numbers divide faster.
        number, ten = divmod(number, base**10)
        for _ in range(10):
            ten, at = divmod(ten, base)
            letters.append(alphabet[at])
    return "".join(letters[:length])


def _base64_text(random_bytes: bytes) -> str:
    """Return bytes in the form of a bank's transaction id: base64 for URLs, with padding. Source: data.transaction-id"""
    return b2a_base64(random_bytes, newline=False).translate(_FOR_URLS).decode()


class RowIds:
    """The ids of one owner's transactions, two for each. They are computed from key and position, and not stored.

    The last sixteen digits of a ``fiskil_id`` encode the position of the row, so that the row is found by its id.
    """

    _ODD = 0x9E3779B97F4A7C15
    _ALL = 2**64 - 1
    _HALF = 2**39

    def __init__(self, mint: Mint, owner: str) -> None:
        self._mint = mint
        self._salted = hashlib.blake2b(f"{mint.id_salt}/{owner}/transactions".encode(), digest_size=32).digest()
        self._mask = int.from_bytes(self._salted[:8], "big")
        self._inverse = pow(self._ODD, -1, 2**64)

    def of(self, key: str, series: int, index: int) -> tuple[str, str]:
        """Return ``fiskil_id`` and ``transaction_id`` of the row *key* at *index* of *series*."""
        digest = _blake2b(self._salted + key.encode(), digest_size=34).digest()
        place = (series << 40 | index + self._HALF) * self._ODD & self._ALL ^ self._mask
        return f"bank_tx_{digest[:24].hex()}{place:016x}", _base64_text(digest[24:])

    def place(self, fiskil_id: str) -> tuple[int, int]:
        """Return the series and index that a ``fiskil_id`` encodes.

        Any text results in some position, so the caller must check that the row there has this ``fiskil_id``.
        """
        try:
            encoded = int(fiskil_id[-16:], 16)
        except ValueError:
            return -1, 0
        place = (encoded ^ self._mask) * self._inverse & self._ALL
        return place >> 40, (place & (2**40 - 1)) - self._HALF

    def note(self, key: str, ids: tuple[str, str]) -> None:
        """Record the symbols of *ids*, the two ids of the row *key*."""
        self._mint.names[ids[0]] = f"bank_tx_{key}"
        self._mint.names[ids[1]] = f"txn-{key}"
