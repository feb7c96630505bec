"""Credentials that passed through a relay, listed so that a redactor can remove them from all output."""

import base64
import binascii
from collections.abc import Iterator

import msgspec

from fiskil_harness.faults.proxy.reverse.form_fields import pairs_in
from fiskil_harness.journal import Exchange, Journal

KINDS = {
    "access_token": "access_token",
    "token": "access_token",
    "client_secret": "client_secret",
    "auth_url": "auth_url",
    "session_id": "session_id",
}


def secrets_in(journal: Journal) -> Iterator[tuple[str, str]]:
    """Yield every token and secret in the exchanges of *journal*, as kind and value."""
    for call in journal.all(Exchange):
        for name, value in call.request_headers:
            if name in {"authorization", "proxy-authorization"}:
                yield "access_token", value.rpartition(" ")[2]
                yield from _in_basic_header(value)
        for body in (call.request_body, call.response_body):
            yield from _in_body(body)


def _in_basic_header(value: str) -> Iterator[tuple[str, str]]:
    scheme, _, credentials = value.partition(" ")
    if scheme.lower() != "basic":
        return
    try:
        secret = base64.b64decode(credentials.strip()).partition(b":")[2]
    except (binascii.Error, ValueError):
        return
    if secret:
        yield "client_secret", secret.decode("latin-1")


def _in_body(body: bytes) -> Iterator[tuple[str, str]]:
    if not any(body.find(name.encode()) >= 0 for name in KINDS):
        return
    try:
        document = msgspec.json.decode(body)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        pairs = pairs_in(body.decode("latin-1"))
        yield from ((KINDS[name], value) for name, value in pairs if name in KINDS and value)
        return
    for name, value in document.items() if isinstance(document, dict) else ():
        if name in KINDS and isinstance(value, str):
            yield KINDS[name], value
