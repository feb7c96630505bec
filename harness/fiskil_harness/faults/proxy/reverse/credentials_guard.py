"""Checks that a request to a hosted account carries only credentials of the key pair that was checked before the run.

A token exchange passes only if every client id in its body and headers is that of the checked key pair.
"""

import base64
import binascii
import json
from collections.abc import Iterable, Iterator
from typing import Any
from urllib.parse import unquote

from fiskil_harness.core.net.uvicorn_protocol import HttpRequest
from fiskil_harness.faults.proxy.reverse.form_fields import is_form, pairs_in

FIELD = "client_id"
TOKENS = frozenset({"token", "access_token"})
OTHER_PAIR = (
    "it exchanges a key pair that was not checked before this run; configure the app with {client_id} and {client_secret}"
)
NO_PAIR = "the key pair in it is ambiguous; let the app send client_id and client_secret as JSON"
OTHER_TOKEN = (
    "its token was not issued to the checked key pair through this relay; "
    "let the app exchange {client_id} and {client_secret} again, after a restart if it is running"
)


def why_other_pair(request: HttpRequest, client_id: str) -> str:
    """Return the reason, as a sentence fragment, why a token exchange does not use *client_id* only; empty if it does."""
    try:
        named = [*_in_body(request), *_in_header(request.headers)]
    except ValueError:
        return NO_PAIR
    if not named:
        return NO_PAIR
    return "" if all(value == client_id for value in named) else OTHER_PAIR


def why_other_token(headers: Iterable[tuple[bytes, bytes]], issued: frozenset[bytes] | set[bytes]) -> str:
    """Return the reason, as a sentence fragment, why a token in *headers* is not accepted; empty if all are in *issued*."""
    for value in _authorizations(headers):
        words = value.split()
        if not words or (len(words) == 1 and words[0].lower() == b"bearer"):
            continue
        is_known = words[-1] in issued and (len(words) == 1 or (len(words) == 2 and words[0].lower() == b"bearer"))
        if not is_known:
            return OTHER_TOKEN
    return ""


def tokens_in(body: bytes) -> set[bytes]:
    """Return the tokens in *body*, the response to a token exchange."""
    try:
        fields: Any = json.loads(body.decode("utf-8"))
    except (ValueError, RecursionError):
        return set()
    members = fields.items() if isinstance(fields, dict) else ()
    return {value.encode() for name, value in members if name in TOKENS and isinstance(value, str) and value}


def _in_body(request: HttpRequest) -> Iterator[object]:
    """Yield every client id in the body, also from repeated or differently spelt fields: parsers differ in which they use.

    Raises:
        ValueError: The body is neither a form nor a JSON object.
    """
    if is_form(request.headers) and not request.body.lstrip().startswith(b"{"):
        yield from (value for name, value in pairs_in(request.body.decode("utf-8")) if _is_field(name))
        return
    if not request.body and any(_authorizations(request.headers)):
        return
    try:
        fields = json.loads(request.body.decode("utf-8"), object_pairs_hook=list)
    except RecursionError:
        raise ValueError("too deep") from None
    if not request.body.lstrip().startswith(b"{"):
        raise ValueError("no object")
    yield from (value for name, value in fields if _is_field(name))


def _in_header(headers: Iterable[tuple[bytes, bytes]]) -> Iterator[str]:
    """Yield the client id of each Basic header.

    Raises:
        ValueError: A header cannot be decoded.
    """
    for value in _authorizations(headers):
        scheme, _, fields = value.strip().partition(b" ")
        if scheme.lower() != b"basic":
            continue
        try:
            plain = base64.b64decode(fields.strip(), validate=True)
        except binascii.Error:
            raise ValueError("no base64") from None
        yield unquote(plain.partition(b":")[0].decode("utf-8"))


def _authorizations(headers: Iterable[tuple[bytes, bytes]]) -> list[bytes]:
    return [value for name, value in headers if name.lower() == b"authorization"]


def _is_field(name: str) -> bool:
    return name.strip().casefold().partition("[")[0] == FIELD
