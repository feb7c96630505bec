"""Ids and random streams: the only module that uses chance.

Streams depend on the seed only, so the same seed yields the same people, rows and plans. Ids also depend on a salt that is
new in each run, so that an app that remembers an earlier run does not take a new message for an old one.
"""

import hashlib
import random
import secrets
import string
import threading
import uuid

_blake2b = hashlib.blake2b
_BASE62 = string.digits + string.ascii_uppercase + string.ascii_lowercase
_BASE32 = string.digits + string.ascii_lowercase[:22]


def fresh_salt() -> str:
    """Return a new random salt for one run."""
    return secrets.token_hex(8)


def stream(seed: int, *name: object) -> random.Random:
    """Return the random stream called *name*; the same seed and name yield the same numbers."""
    return random.Random(_digest("stream", seed, *name))


class Mint:
    """Creates ids in the forms that the API uses, and remembers the symbol of each.

    ``names`` maps an id to its symbol (``e0``, ``end_user``, ``transaction:17``). Reports and comparisons use the symbol;
    twins share symbols but no ids.
    """

    def __init__(self, *, seed: int, salt: str | None = None) -> None:
        self.seed = seed
        self.salt = fresh_salt() if salt is None else salt
        self.names: dict[str, str] = {}
        self._count = 0
        self._lock = threading.Lock()

    def end_user_id(self) -> str:
        """Return ``eu_`` and 27 base-62 characters."""
        return self._named("eu_" + self._text(27, _BASE62), "end_user")

    def session_id(self) -> str:
        """Return 27 base-62 characters."""
        return self._named(self._text(27, _BASE62), "session")

    def client_id(self) -> str:
        """Return 26 base-32 characters, the form of an auth session's ``id``."""
        return self._text(26, _BASE32)

    def arrangement_id(self) -> str:
        """Return a UUID; it is also the ``consent_id`` of webhooks."""
        return self._named(str(uuid.UUID(bytes=self._bytes()[:16], version=4)), "consent")

    def error_id(self) -> str:
        """Return ``err_`` and a UUID."""
        return "err_" + str(uuid.UUID(bytes=self._bytes()[:16], version=4))

    def message_id(self) -> str:
        """Return sixteen digits that do not start with zero."""
        return str(10**15 + int.from_bytes(self._bytes()[:8], "big") % (9 * 10**15))

    def secret(self, length: int = 48) -> str:
        """Return base-62 text for credentials and token signatures."""
        return self._text(length, _BASE62)

    def key(self, length: int) -> bytes:
        """Return *length* key bytes for a signing secret."""
        out = b""
        while len(out) < length:
            out += self._bytes()
        return out[:length]

    def row_id(self, prefix: str, owner: str, key: str, *, length: int = 64) -> str:
        """Return the stable id of one row of *owner*: *prefix* and *length* hex digits, the same at every call."""
        digest = hashlib.sha256(f"{self.salt}/{owner}/{prefix}/{key}".encode()).hexdigest()
        return self._named(prefix + digest[:length], f"{prefix}{key}")

    def digits(self, length: int, owner: str, key: str) -> str:
        """Return *length* digits for an account of *owner*, the same at every call."""
        digest = hashlib.sha256(f"{self.salt}/{owner}/digits/{key}".encode()).digest()
        low = 10 ** (length - 1)
        return self._named(str(low + int.from_bytes(digest[:16], "big") % (9 * low)), f"account:{key}")

    def row_ids(self, owner: str) -> "RowIds":
        """Return the generator of ids for *owner*'s transactions."""
        return RowIds(self, owner)

    def _named(self, value: str, symbol: str) -> str:
        self.names[value] = symbol
        return value

    def _text(self, length: int, alphabet: str) -> str:
        number, base = int.from_bytes(self._bytes(), "big"), len(alphabet)
        letters: list[str] = []
        while len(letters) < length:
            # Ten letters at a time, because small numbers divide faster.
            number, ten = divmod(number, base**10)
            for _ in range(10):
                ten, at = divmod(ten, base)
                letters.append(alphabet[at])
        return "".join(letters[:length])

    def _bytes(self) -> bytes:
        with self._lock:
            self._count += 1
            count = self._count
        return hashlib.blake2b(f"{self.salt}/{self.seed}/{count}".encode()).digest()


class RowIds:
    """The two ids of each transaction of one owner, computed from its key and its place; none is stored.

    The last sixteen digits of a ``fiskil_id`` encode the place, so that a row is found by its id.
    """

    _ODD = 0x9E3779B97F4A7C15
    _ALL = 2**64 - 1
    _HALF = 2**39

    def __init__(self, mint: Mint, owner: str) -> None:
        self._mint = mint
        self._salted = hashlib.blake2b(f"{mint.salt}/{owner}/transactions".encode(), digest_size=32).digest()
        self._mask = int.from_bytes(self._salted[:8], "big")
        self._inverse = pow(self._ODD, -1, 2**64)

    def of(self, key: str, series: int, index: int) -> tuple[str, str]:
        """Return ``fiskil_id`` and ``transaction_id`` of the row *key* at *index* of *series*."""
        digits = _blake2b(self._salted + key.encode(), digest_size=40).hexdigest()
        place = (series << 40 | index + self._HALF) * self._ODD & self._ALL ^ self._mask
        return f"bank_tx_{digits[:48]}{place:016x}", f"txn-{digits[48:]}"

    def place(self, fiskil_id: str) -> tuple[int, int]:
        """Return series and index that a ``fiskil_id`` encodes; the caller must compare the row at that place."""
        try:
            encoded = int(fiskil_id[-16:], 16)
        except ValueError:
            return -1, 0
        place = (encoded ^ self._mask) * self._inverse & self._ALL
        return place >> 40, (place & (2**40 - 1)) - self._HALF

    def note(self, key: str, ids: tuple[str, str]) -> None:
        """Record the symbols of both ids."""
        self._mint.names[ids[0]] = f"bank_tx_{key}"
        self._mint.names[ids[1]] = f"txn-{key}"


def _digest(*parts: object) -> int:
    text = "/".join(str(part) for part in parts)
    return int.from_bytes(hashlib.sha256(text.encode()).digest()[:8], "big")
