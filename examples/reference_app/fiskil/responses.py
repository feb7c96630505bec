"""Fiskil's responses as values that the app can rely on.

A response without a required field counts as a failed call, never as an empty result.
"""

import json
import math
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import cast

from reference_app.datasets import Dataset
from reference_app.fiskil.errors import Unavailable

DEFAULT_TOKEN_S = 300.0
LONGEST_TOKEN_S = 24 * 3600.0


@dataclass(frozen=True)
class Token:
    """A bearer token and its lifetime."""

    text: str
    lifetime_s: float


@dataclass(frozen=True)
class Session:
    """One auth session. ``expires_at`` is in Unix seconds."""

    session_id: str
    auth_url: str
    expires_at: float


@dataclass(frozen=True)
class Consent:
    """A consent as Fiskil lists it."""

    consent_id: str
    is_active: bool
    institution_id: str
    institution_name: str
    datasets: str
    expires_at: str


@dataclass(frozen=True)
class Row:
    """One row of a dataset; ``values`` have the order of the dataset's columns."""

    fiskil_id: str
    consent_id: str
    account_id: str
    values: tuple[str | None, ...]


@dataclass(frozen=True)
class Page:
    """One page of a list, and the URL of the next page."""

    records: tuple[Mapping[str, object], ...]
    next_url: str


def token(payload: object) -> Token:
    """Parse ``{token, expires_in}``. An older page of the documentation calls the first field ``access_token``."""
    record = _record(payload)
    name = "token" if "token" in record else "access_token"
    return Token(_text(record, name), token_lifetime_s(record.get("expires_in")))


def token_lifetime_s(expires_in: object) -> float:
    """Return the lifetime of a token in seconds; a safe default if *expires_in* is invalid."""
    try:
        seconds = float(cast("str", expires_in)) if not isinstance(expires_in, bool) else math.nan
    except (TypeError, ValueError, OverflowError):
        return DEFAULT_TOKEN_S
    return seconds if 0 < seconds <= LONGEST_TOKEN_S else DEFAULT_TOKEN_S


def created_end_user_id(payload: object) -> str:
    """Return the id of a new end user: ``end_user_id`` in this response, ``id`` in lists."""
    return _text(_record(payload), "end_user_id")


def session(payload: object) -> Session:
    """Parse a new auth session."""
    record = _record(payload)
    return Session(_text(record, "session_id"), _text(record, "auth_url"), _unix_s(record.get("expires_at")))


def page(payload: object, root: str) -> Page:
    """Parse one page: ``{root: [...], "links": {...}}``, or a bare list as older versions send it."""
    if isinstance(payload, list):
        return Page(tuple(_record(entry) for entry in payload), "")
    record = _record(payload)
    rows, links = record.get(root), record.get("links")
    if not isinstance(rows, list):
        raise Unavailable(f"a response without {root}")
    next_url = links.get("next") if isinstance(links, dict) else None
    return Page(tuple(_record(entry) for entry in rows), next_url if isinstance(next_url, str) else "")


def consent(record: Mapping[str, object]) -> Consent:
    """Parse one consent."""
    permissions = record.get("permissions")
    return Consent(
        consent_id=_text(record, "arrangement_id"),
        is_active=record.get("active") is True,
        institution_id=_optional(record, "institution_id") or "",
        institution_name=_optional(record, "institution_name") or "",
        datasets=" ".join(str(name) for name in permissions) if isinstance(permissions, list) else "",
        expires_at=_optional(record, "expires_at") or "",
    )


def row(record: Mapping[str, object], dataset: Dataset) -> Row:
    """Parse one row of *dataset*."""
    category = record.get("category")
    flat = {**record, **category} if isinstance(category, dict) else record
    return Row(
        fiskil_id=_text(record, "fiskil_id"),
        consent_id=_text(record, "arrangement_id"),
        account_id=_text(record, "account_id"),
        values=tuple(_optional(flat, name) for name in dataset.columns),
    )


def problem(body: bytes) -> tuple[str, str]:
    """Return ``id`` and ``name`` of an error response, or empty texts. Its ``message`` may quote data and is not used."""
    try:
        record = json.loads(body)
    except (ValueError, RecursionError):
        return "", ""
    if not isinstance(record, dict):
        return "", ""
    return _optional(record, "id") or "", _optional(record, "name") or ""


def _record(payload: object) -> Mapping[str, object]:
    if not isinstance(payload, dict):
        raise Unavailable("a response of another shape")
    return payload


def _text(record: Mapping[str, object], name: str) -> str:
    value = record.get(name)
    if not isinstance(value, str) or not value or not _is_storable(value):
        raise Unavailable(f"a response without {name}")
    return value


def _optional(record: Mapping[str, object], name: str) -> str | None:
    """Return text, or a number as text; None for any other type."""
    value = record.get(name)
    if isinstance(value, bool) or not isinstance(value, str | int):
        return None
    return str(value) if _is_storable(str(value)) else None


def _is_storable(text: str) -> bool:
    """Return whether there is no lone surrogate, which JSON allows but no database or page can hold."""
    return not any("\ud800" <= letter <= "\udfff" for letter in text)


def _unix_s(value: object) -> float:
    """Return Unix seconds from a number, or from RFC 3339 as one page of the docs shows it; 0 if neither."""
    try:
        return float(value) if isinstance(value, int) else datetime.fromisoformat(str(value)).timestamp()
    except (ValueError, OverflowError):
        return 0.0
