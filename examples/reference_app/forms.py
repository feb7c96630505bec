"""Input from customers and programs, validated on arrival."""

import json
from dataclasses import dataclass
from urllib.parse import parse_qs

from starlette.requests import Request

from reference_app import bodies

LARGEST_FORM = 16 * 1024
LONGEST_TEXT = 200


@dataclass(frozen=True)
class Form:
    """The submitted customer. ``is_page`` states whether a browser form or a program sent the request."""

    ref: str
    email: str
    is_page: bool


async def read(request: Request) -> Form:
    """Parse the form or the JSON of a request; an unusable customer reference becomes empty."""
    is_page = is_from_page(request)
    try:
        body = await bodies.read(request, limit=LARGEST_FORM)
        fields = _form(body) if is_page else _json(body)
    except (bodies.TooLarge, bodies.TooSlow, ValueError, RecursionError):
        fields = {}
    return Form(ref=text(fields.get("customer")), email=text(fields.get("email")), is_page=is_page)


def text(value: object) -> str:
    """Return a short printable text; empty if *value* is none."""
    is_usable = isinstance(value, str) and len(value) <= LONGEST_TEXT and value.isprintable()
    return str(value).strip() if is_usable else ""


def is_from_page(request: Request) -> bool:
    """Return whether a browser's form sent this request."""
    return request.headers.get("content-type", "").startswith("application/x-www-form-urlencoded")


def _form(body: bytes) -> dict[str, object]:
    return {name: values[-1] for name, values in parse_qs(body.decode("utf-8")).items()}


def _json(body: bytes) -> dict[str, object]:
    fields = json.loads(body.decode("utf-8") or "{}")
    return fields if isinstance(fields, dict) else {}
