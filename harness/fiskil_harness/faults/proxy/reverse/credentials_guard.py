"""Whose credentials a request before a hosted account carries: those of the pair that was looked at, or anybody's.

What cannot be read for certain is nobody's: a token body names the one pair in every way in which it names any.
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
    "it exchanges another key pair than the one that was looked at before this run; "
    "let the app take {client_id} and {client_secret}"
)
NO_PAIR = "nobody can tell which key pair it exchanges; let the app send client_id and client_secret as JSON"
OTHER_TOKEN = (
    "its token was not issued to the checked key pair before the eyes of this relay; "
    "let the app exchange {client_id} and {client_secret} anew, after a restart where it runs already"
)


def why_other_pair(request: HttpRequest, client_id: str) -> str:
    """Why the exchange that *request* asks for is not that of *client_id*; empty where it is."""
    try:
        named = [*_in_body(request), *_in_header(request.headers)]
    except ValueError:
        return NO_PAIR
    if not named:
        return NO_PAIR
    return "" if all(value == client_id for value in named) else OTHER_PAIR


def why_other_token(headers: Iterable[tuple[bytes, bytes]], issued: frozenset[bytes] | set[bytes]) -> str:
    """Why a request with these *headers* carries something else than a token that was *issued*; empty where it does not."""
    for value in _authorizations(headers):
        words = value.split()
        if not words or (len(words) == 1 and words[0].lower() == b"bearer"):
            continue
        is_known = words[-1] in issued and (len(words) == 1 or (len(words) == 2 and words[0].lower() == b"bearer"))
        if not is_known:
            return OTHER_TOKEN
    return ""


def tokens_in(body: bytes) -> set[bytes]:
    """The tokens that the answer to an exchange gives."""
    try:
        told: Any = json.loads(body.decode("utf-8"))
    except (ValueError, RecursionError):
        return set()
    found = told.items() if isinstance(told, dict) else ()
    return {value.encode() for name, value in found if name in TOKENS and isinstance(value, str) and value}


def _in_body(request: HttpRequest) -> Iterator[object]:
    """Every client id in the body, also where the name stands twice or in other letters: readers differ in which they take.

    Raises:
        ValueError: It is neither a form nor a JSON object.
    """
    if is_form(request.headers) and not request.body.lstrip().startswith(b"{"):
        yield from (value for name, value in pairs_in(request.body.decode("utf-8")) if _is_field(name))
        return
    if not request.body and any(_authorizations(request.headers)):
        return
    try:
        told = json.loads(request.body.decode("utf-8"), object_pairs_hook=list)
    except RecursionError:
        raise ValueError("too deep") from None
    if not request.body.lstrip().startswith(b"{"):
        raise ValueError("no object")
    yield from (value for name, value in told if _is_field(name))


def _in_header(headers: Iterable[tuple[bytes, bytes]]) -> Iterator[str]:
    """The client id of each Basic header.

    Raises:
        ValueError: One cannot be read.
    """
    for value in _authorizations(headers):
        scheme, _, told = value.strip().partition(b" ")
        if scheme.lower() != b"basic":
            continue
        try:
            plain = base64.b64decode(told.strip(), validate=True)
        except binascii.Error:
            raise ValueError("no base64") from None
        yield unquote(plain.partition(b":")[0].decode("utf-8"))


def _authorizations(headers: Iterable[tuple[bytes, bytes]]) -> list[bytes]:
    return [value for name, value in headers if name.lower() == b"authorization"]


def _is_field(name: str) -> bool:
    return name.strip().casefold().partition("[")[0] == FIELD
