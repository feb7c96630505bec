"""API keys, and the access tokens (JSON Web Tokens) for which a client exchanges them.

Tokens are valid for fifteen minutes. A client cannot refresh them, only request new ones.
"""

import binascii
import hashlib
import hmac
from datetime import timedelta
from functools import lru_cache
from itertools import islice

import msgspec

from fiskil_harness.sandbox.consents.console import CORE_SCOPES
from fiskil_harness.sandbox.problems import ApiProblem, bad_key_pair, unauthorized
from fiskil_harness.sandbox.store import Store, Token

MOST_ALIVE = 10_000
"""The most live tokens, more than any app requests in fifteen minutes; beyond it the older half expires, to limit memory."""


def exchange(store: Store, client_id: str, client_secret: str) -> Token:
    """Return a new token for a key pair.

    Raises:
        ApiProblem: 401 or 403, the pair is wrong or was revoked.

    Source: token.exchange, token.lifetime, token.bad-credentials
    """
    accepted = store.secrets.get(client_secret)
    if client_id != store.credentials.client_id or accepted != "accepted":
        raise bad_key_pair(int(store.interpretation("token.bad-credentials")))
    issued = store.clock.now()
    expires = issued + timedelta(seconds=lifetime_s(store))
    claims = {
        "org_id": store.credentials.client_id,
        "key_id": _key_id(client_secret),
        "scope": " ".join(store.console.scopes),
        "iat": int(issued.timestamp()),
        "exp": int(expires.timestamp()),
        "jti": _part(store.mint.key(16)),
    }
    token = Token(
        value=_jwt(claims),
        client_secret=client_secret,
        scopes=store.console.scopes,
        issued_at=issued,
        expires_at=expires,
        ahead=store.clock.offset,
    )
    store.tokens[token.value] = token
    if len(store.tokens) > MOST_ALIVE:
        store.tokens = dict(islice(store.tokens.items(), MOST_ALIVE // 2, None))
    if len(store.expired_tokens) > MOST_ALIVE:
        store.expired_tokens.clear()
    store.issued.append(token.value)
    return token


def mint_key(store: Store) -> str:
    """Create an API key that is accepted in addition to the existing keys, and return its secret."""
    with store.lock:
        secret = "fsk_" + store.mint.secret()
        store.secrets[secret] = "accepted"
        return secret


def revoke_key(store: Store, client_secret: str) -> None:
    """Revoke one API key; tokens that were issued for it become invalid."""
    with store.lock:
        store.secrets[client_secret] = "revoked"


def lifetime_s(store: Store) -> int:
    """Return the lifetime of a token in seconds. Source: token.lifetime"""
    return int(store.interpretation("token.lifetime"))


def require(store: Store, authorization: str | None, *, scope: str = "") -> Token:
    """Return the live token in an ``Authorization`` header.

    Raises:
        ApiProblem: 401, the token is missing, unknown or expired, or its key was revoked; 403, the token lacks *scope*.

    Source: token.expired, token.scopes
    """
    scheme, _, value = (authorization or "").partition(" ")
    token = store.tokens.get(value.strip()) if scheme.lower() == "bearer" else None
    if token is None:
        raise unauthorized()
    if token.expires_at <= store.clock.now() or store.secrets.get(token.client_secret) != "accepted":
        store.expired_tokens[token.value] = store.tokens.pop(token.value)
        raise unauthorized()
    if (
        scope
        and scope not in token.scopes
        and (scope in CORE_SCOPES or store.interpretation("token.scopes") == "everywhere")
    ):
        raise ApiProblem(403, "insufficient_scopes", f"the token lacks the scope {scope}")
    return token


def expire_all(store: Store) -> int:
    """Expire every token now, and return the number of expired tokens."""
    alive = len(store.tokens)
    store.expired_tokens |= store.tokens
    store.tokens.clear()
    return alive


def _jwt(claims: dict[str, object]) -> str:
    signed = f"{_HEAD}.{_part(msgspec.json.encode(claims))}"
    return f"{signed}.{_part(hmac.digest(b'sandbox', signed.encode(), 'sha256'))}"


def _part(raw: bytes) -> str:
    # Every token is encoded here, and this is twice as fast as base64.urlsafe_b64encode.
    return binascii.b2a_base64(raw, newline=False).translate(_URL_SAFE).rstrip(b"=").decode()


@lru_cache(maxsize=16)
def _key_id(client_secret: str) -> str:
    return hashlib.sha256(client_secret.encode()).hexdigest()[:16]


_URL_SAFE = bytes.maketrans(b"+/", b"-_")
_HEAD = _part(msgspec.json.encode({"alg": "HS256", "typ": "JWT"}))
