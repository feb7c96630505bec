"""Forgeries by an attacker who knows the scheme but not the key: wrong keys, plain hashes, other algorithms."""

import base64
import hashlib
import hmac
from collections.abc import Callable

from fiskil_harness.core.config.webhook_format import Dialect
from fiskil_harness.webhooks.forgeries.forgery import Forged, Forgery, Material, computed, with_other_secret
from fiskil_harness.webhooks.signature_schemes import WHPK, public_key_of

OPENSSL_LITERAL = b"secret.key"
ALGORITHM_HEADERS = ("X-Fiskil-Signature-Algorithm", "X-Signature-Algorithm", "X-Webhook-Algorithm", "Algorithm")
OWN_KEY = b"a key that came with the request"
OWN_KEY_TEXT = base64.b64encode(OWN_KEY).decode()
JWK = f'{{"kty":"oct","alg":"HS256","k":"{OWN_KEY_TEXT.rstrip("=")}"}}'
KEY_HEADERS = (("X-Fiskil-Key", OWN_KEY_TEXT), ("X-Signature-Key", OWN_KEY_TEXT), ("X-Fiskil-Jwk", JWK), ("jwk", JWK))
NO_ALGORITHM_JWT = "eyJhbGciOiJub25lIiwidHlwIjoiSldUIn0.e30."
GUESSES = {
    "quotes": '""',
    "secret": "secret",
    "changeme": "changeme",
    "whsec": "whsec_",
    "none": "None",
    "null": "null",
    "undefined": "undefined",
}
"""Keys that are easily guessed, by the name of the forgery."""


def _key(key: bytes) -> Callable[[Material], Forged]:
    return computed(lambda material: material.under(key))


def _lenient(text: str) -> bytes:
    """Return the bytes that a lenient base64 decoder reads from *text*, which need not be base64."""
    letters = "".join(letter for letter in text if letter.isascii() and (letter.isalnum() or letter in "+/"))
    letters = letters[:-1] if len(letters) % 4 == 1 else letters
    return base64.b64decode(letters + "=" * (-len(letters) % 4))


def _hmac(name: str, material: Material) -> bytes:
    return hmac.digest(material.key, material.signed_bytes, name)


def _hex_under_text(material: Material) -> str:
    return hmac.new(material.secret.encode(), material.signed_bytes, hashlib.sha256).hexdigest()


def _base64_under_text(material: Material) -> str:
    return base64.b64encode(hmac.digest(material.secret.encode(), material.signed_bytes, "sha256")).decode()


def _hash(material: Material, *parts: bytes) -> str:
    algorithm = "sha256" if material.scheme.is_asymmetric else material.scheme.algorithm
    return material.spell(hashlib.new(algorithm, b"".join(parts)).digest())


def _under_public_key(material: Material) -> str:
    """Return an HMAC under the public key: a verifier that lets the key's type choose the algorithm accepts it."""
    public_key = base64.b64decode(public_key_of(material.secret, material.scheme).removeprefix(WHPK))
    return "v1," + base64.b64encode(hmac.digest(public_key, material.signed_bytes, "sha256")).decode()


def _named(algorithm: str, text: Callable[[Material], str]) -> Callable[[Material], Forged]:
    """Return a forgery with additional headers that specify the algorithm."""
    return computed(text, beside=tuple((header, algorithm) for header in ALGORITHM_HEADERS))


def _is_decoded(dialect: Dialect) -> bool:
    return dialect.scheme.key != "text"


def _is_asymmetric(dialect: Dialect) -> bool:
    return dialect.scheme.is_asymmetric


def _is_text(dialect: Dialect) -> bool:
    return not _is_decoded(dialect)


def _by_other_than(algorithm: str) -> Callable[[Dialect], bool]:
    return lambda dialect: dialect.scheme.algorithm != algorithm


KEYS: tuple[Forgery, ...] = (
    Forgery("other_secret", "signed with another secret", computed(with_other_secret)),
    Forgery("empty_key", "signed with an empty key", _key(b"")),
    *(Forgery(f"key_{name}", f"signed with the key {text}", _key(text.encode())) for name, text in GUESSES.items()),
    *(
        Forgery(f"key_{name}_decoded", f"signed with {name} as if it were base64", _key(_lenient(name)))
        for name in ("secret", "changeme")
    ),
    Forgery(
        "key_client_id",
        "signed with the client_id, which is no secret",
        computed(lambda m: m.under(m.event.client_id.encode())),
    ),
    Forgery("raw_key_base64", "signed with the text of the secret, not decoded", computed(_base64_under_text), _is_decoded),
    Forgery("raw_key_hex", "signed in hex with the text of the secret, not decoded", computed(_hex_under_text), _is_decoded),
    Forgery(
        "decoded_key",
        "signed with the secret decoded from base64, though its text is the key",
        computed(lambda m: m.under(_lenient(m.secret))),
        _is_text,
    ),
    Forgery(
        "literal_key_hex",
        "signed in hex with the key secret.key, as a recipe in the documentation computes it",
        computed(lambda m: hmac.new(OPENSSL_LITERAL, m.signed_bytes, hashlib.sha256).hexdigest()),
    ),
    Forgery("literal_key_base64", "signed with the key secret.key", _key(OPENSSL_LITERAL)),
    Forgery(
        "hmac_sha1", "signed with HMAC-SHA1", computed(lambda m: "sha1=" + _hmac("sha1", m).hex()), _by_other_than("sha1")
    ),
    Forgery(
        "hmac_sha512", "signed with HMAC-SHA512", computed(lambda m: m.spell(_hmac("sha512", m))), _by_other_than("sha512")
    ),
    Forgery("public_key_as_secret", "signed with an HMAC under the public key", computed(_under_public_key), _is_asymmetric),
    Forgery("plain_hash", "with the SHA-256 of its body as signature", computed(lambda m: _hash(m, m.honest.body))),
    Forgery(
        "hash_of_key_and_body",
        "with SHA-256 of key and body instead of an HMAC",
        computed(lambda m: _hash(m, m.key, m.honest.body)),
    ),
    Forgery(
        "hash_of_body_and_key",
        "with SHA-256 of body and key instead of an HMAC",
        computed(lambda m: _hash(m, m.honest.body, m.key)),
    ),
    Forgery(
        "hash_of_text_and_body",
        "with SHA-256 of the secret's text and the body instead of an HMAC",
        computed(lambda m: _hash(m, m.secret.encode(), m.honest.body)),
        _is_decoded,
    ),
    Forgery(
        "hex_hash_of_text_and_body",
        "with SHA-256 in hex of the secret's text and the body instead of an HMAC",
        computed(lambda m: hashlib.sha256(m.secret.encode() + m.honest.body).hexdigest()),
    ),
    Forgery(
        "prefixed", "with sha256= before a wrong digest", computed(lambda m: "sha256=" + _hex_under_text(m)), _is_decoded
    ),
    Forgery("algorithm_none", "that declares that it needs no signature", computed(lambda _: "alg=none")),
    Forgery(
        "algorithm_none_token",
        "under a token that declares that no signature is needed",
        computed(lambda _: NO_ALGORITHM_JWT),
    ),
    Forgery(
        "algorithm_none_beside", "beside headers that declare that no signature is needed", _named("none", lambda _: "none")
    ),
    Forgery(
        "plain_hash_beside",
        "with the SHA-256 of its body, beside headers that name this algorithm",
        _named("sha256", lambda m: _hash(m, m.honest.body)),
    ),
    Forgery(
        "key_beside",
        "signed with a key that it carries in its headers",
        computed(lambda m: m.under(OWN_KEY), beside=KEY_HEADERS),
    ),
)
