"""Chance's one door: every id and every random stream comes from here.

Streams depend on the seed alone, so the same seed draws the same people, rows and plans. Ids also depend on a salt that is
new in each run, because an app that remembers an earlier run must not take a new message for an old one.
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
    """Draw the salt of one run."""
    return secrets.token_hex(8)


def stream(seed: int, *name: object) -> random.Random:
    """Return the random stream called *name*: same seed and name, same numbers."""
    return random.Random(_digest("stream", seed, *name))


class Mint:
    """Makes ids in the wire's forms and remembers what each one stands for.

    ``names`` maps an id to its symbol (``e0``, ``end_user``, ``transaction:17``), which reports and comparisons use in its
    place; two twins share symbols and no ids.
    """

    def __init__(self, *, seed: int, salt: str | None = None) -> None:
        self.seed = seed
        self.salt = fresh_salt() if salt is None else salt
        self.names: dict[str, str] = {}
        self._count = 0
        self._lock = threading.Lock()

    def end_user_id(self) -> str:
        """``eu_`` and 27 base-62 characters."""
        return self._named("eu_" + self._text(27, _BASE62), "end_user")

    def session_id(self) -> str:
        """27 base-62 characters."""
        return self._named(self._text(27, _BASE62), "session")

    def client_id(self) -> str:
        """26 base-32 characters, as the ``id`` of an auth session shows."""
        return self._text(26, _BASE32)

    def arrangement_id(self) -> str:
        """A UUID; also the ``consent_id`` of webhooks."""
        return self._named(str(uuid.UUID(bytes=self._bytes()[:16], version=4)), "consent")

    def error_id(self) -> str:
        """``err_`` and a UUID."""
        return "err_" + str(uuid.UUID(bytes=self._bytes()[:16], version=4))

    def message_id(self) -> str:
        """Sixteen digits, never starting with zero."""
        return str(10**15 + int.from_bytes(self._bytes()[:8], "big") % (9 * 10**15))

    def secret(self, length: int = 48) -> str:
        """Base-62 text for credentials and token signatures."""
        return self._text(length, _BASE62)

    def key(self, length: int) -> bytes:
        """Key bytes for a signing secret."""
        out = b""
        while len(out) < length:
            out += self._bytes()
        return out[:length]

    def row_id(self, prefix: str, owner: str, key: str, *, length: int = 64) -> str:
        """The stable id of one data row of *owner*: *prefix* and *length* hex digits, the same at every call."""
        digest = hashlib.sha256(f"{self.salt}/{owner}/{prefix}/{key}".encode()).hexdigest()
        return self._named(prefix + digest[:length], f"{prefix}{key}")

    def digits(self, length: int, owner: str, key: str) -> str:
        """*length* digits for an account of *owner*, the same at every call."""
        digest = hashlib.sha256(f"{self.salt}/{owner}/digits/{key}".encode()).digest()
        low = 10 ** (length - 1)
        return self._named(str(low + int.from_bytes(digest[:16], "big") % (9 * low)), f"account:{key}")

    def row_ids(self, owner: str) -> "RowIds":
        """What makes the ids of *owner*'s transactions, by the million."""
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
    """The two ids of each transaction of one owner, out of its key and its place; nothing of them is kept.

    The last sixteen digits of a ``fiskil_id`` carry the place, scattered, so that a row is found by its id.
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
        """``fiskil_id`` and ``transaction_id`` of the row called *key*, which stands at *index* of a series."""
        digits = _blake2b(self._salted + key.encode(), digest_size=40).hexdigest()
        place = (series << 40 | index + self._HALF) * self._ODD & self._ALL ^ self._mask
        return f"bank_tx_{digits[:48]}{place:016x}", f"txn-{digits[48:]}"

    def place(self, fiskil_id: str) -> tuple[int, int]:
        """Series and index that a ``fiskil_id`` would stand for; whoever asks compares the row that is there."""
        try:
            carried = int(fiskil_id[-16:], 16)
        except ValueError:
            return -1, 0
        found = (carried ^ self._mask) * self._inverse & self._ALL
        return found >> 40, (found & (2**40 - 1)) - self._HALF

    def note(self, key: str, ids: tuple[str, str]) -> None:
        """Let reports and comparisons know what both ids stand for."""
        self._mint.names[ids[0]] = f"bank_tx_{key}"
        self._mint.names[ids[1]] = f"txn-{key}"


def _digest(*parts: object) -> int:
    text = "/".join(str(part) for part in parts)
    return int.from_bytes(hashlib.sha256(text.encode()).digest()[:8], "big")
