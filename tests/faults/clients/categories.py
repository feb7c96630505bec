"""Categories of what a client returns to its caller, by the API's response and by what was sent instead."""

import json
from decimal import Decimal
from typing import Any

from fiskil_harness.journal import shortened
from tests.faults.clients.requests_made import ClientResult


def category(result: ClientResult, expected: bytes | None, sent: bytes) -> str:
    """Return the category of what a client returned to its caller.

    ``ok``: the API's JSON. ``changed``: the JSON that was sent instead. ``as-sent``: the JSON that was sent, where the API's
    is unknown. ``distorted``: JSON that was in neither. ``cut-unnoticed``: a part of the response as if it were complete.
    ``json-error``: a body that is not JSON. ``no-body``: none. ``status-404``: a status that is not a success. Any other
    category is the client's error.

    Args:
        result: What the client returned.
        expected: The API's body for the same call without the fault; None if it differs each time.
        sent: The body that was sent.
    """
    if result.error:
        return result.error
    if not 200 <= result.status < 300:
        return f"status-{result.status}"
    body = result.body.encode("latin-1")
    if not body:
        return "no-body"
    if result.value is None:
        is_part = expected is not None and expected.startswith(body) and body != expected
        return "cut-unnoticed" if is_part else "json-error"
    return _compared(_plain(result.value.encode()), body, expected, sent)


def _compared(value: Any, body: bytes, expected: bytes | None, sent: bytes) -> str:
    if expected is not None and value == _plain(expected):
        return "ok"
    # The journal shortens long bodies, but so that equal ones stay equal.
    if value == _plain(sent) or shortened(body) == sent != body:
        return "changed" if expected is not None else "as-sent"
    return "distorted"


def _plain(text: bytes) -> Any:
    """Return a JSON value in which 10, 10.0 and 1e1 are equal; the text itself if it is not JSON."""
    try:
        return json.loads(text.decode("utf-8-sig"), parse_float=_number, parse_int=_number)
    except (ValueError, RecursionError):
        return text


def _number(digits: str) -> str:
    return str(Decimal(digits).normalize())
