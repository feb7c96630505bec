"""The word for what a client hands over to its caller, by what the API had said and what was sent instead."""

import json
from decimal import Decimal
from typing import Any

from fiskil_harness.journal import shortened
from tests.faults.clients.requests_made import Heard


def category(heard: Heard, truth: bytes | None, sent: bytes) -> str:
    """The category of what a client told its caller.

    ``ok``: what the API said. ``changed``: what was sent instead. ``as-sent``: what was sent, where the truth is not known.
    ``distorted``: JSON that was neither said nor sent.
    ``cut-unnoticed``: a part of the answer, handed over as all of it. ``json-error``: a body that cannot be read.
    ``no-body``: none. ``status-404``: a status that is no success. Anything else is a complaint.

    Args:
        truth: What the API says to the same call without the fault, where that is the same each time.
    """
    if heard.trouble:
        return heard.trouble
    if not 200 <= heard.status < 300:
        return f"status-{heard.status}"
    body = heard.body.encode("latin-1")
    if not body:
        return "no-body"
    if heard.value is None:
        is_part = truth is not None and truth.startswith(body) and body != truth
        return "cut-unnoticed" if is_part else "json-error"
    return _compared(_plain(heard.value.encode()), body, truth, sent)


def _compared(value: Any, body: bytes, truth: bytes | None, sent: bytes) -> str:
    if truth is not None and value == _plain(truth):
        return "ok"
    # Of long bodies the journal keeps no more than what tells whether they are the same.
    if value == _plain(sent) or shortened(body) == sent != body:
        return "changed" if truth is not None else "as-sent"
    return "distorted"


def _plain(text: bytes) -> Any:
    """A JSON value in which 10, 10.0 and 1e1 are the same; the text itself where it is none."""
    try:
        return json.loads(text.decode("utf-8-sig"), parse_float=_number, parse_int=_number)
    except (ValueError, RecursionError):
        return text


def _number(digits: str) -> str:
    return str(Decimal(digits).normalize())
