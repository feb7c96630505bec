"""Exchanges as HAR 1.2, which browsers' developer tools and many others read: what was asked, answered, and bitten.

A file leaves the process, so it shows nothing that says something about a person (``masking``), and no secret (``redact``).
Source: http://www.softwareishard.com/blog/har-12-spec/
"""

import json
import re
from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta
from http.client import responses
from importlib import metadata
from typing import Any

from fiskil_harness.core.clock import real_now, rfc3339
from fiskil_harness.core.redaction import masking
from fiskil_harness.core.redaction.redactor import Redactor
from fiskil_harness.journal import Exchange, Journal

VERSION = "1.2"
_SHORTENED = re.compile(rb"\n\[\.\.\. (\d+) bytes, sha256 [0-9a-f]{64}\]\Z")


def har_of(
    journal: Journal, *, redactor: Redactor, title: str = "exchanges", origin: str = "", began_at: datetime | None = None
) -> dict[str, Any]:
    """Every exchange of *journal* as a HAR document.

    Args:
        redactor: Knows the secrets that may stand anywhere.
        title: What the exchanges belong to, like the scenario's name.
        origin: What clients asked; without it, what each names as host.
        began_at: When the journal began (default: reckoned from now).
    """
    began_at = began_at or real_now() - timedelta(seconds=journal.elapsed_s())
    page = {"startedDateTime": rfc3339(began_at, timespec="milliseconds"), "id": title, "title": title, "pageTimings": {}}
    entries = [_entry(call, began_at, title, origin) for call in journal.all(Exchange)]
    found: dict[str, Any] = redactor.redact_tree(_log([page], entries))
    return found


def merged(texts: Iterable[str]) -> str:
    """One document of several, as text."""
    logs = [json.loads(text)["log"] for text in texts]
    pages = [page for log in logs for page in log["pages"]]
    return render(_log(pages, [entry for log in logs for entry in log["entries"]]))


def render(har: dict[str, Any]) -> str:
    """The text of a document."""
    return json.dumps(har, indent=1, ensure_ascii=False) + "\n"


def _log(pages: Sequence[dict[str, Any]], entries: Sequence[dict[str, Any]]) -> dict[str, Any]:
    creator = {"name": "fiskil-harness", "version": _version()}
    return {"log": {"version": VERSION, "creator": creator, "pages": list(pages), "entries": list(entries)}}


def _entry(one: Exchange, began_at: datetime, page: str, origin: str) -> dict[str, Any]:
    took_ms = round(max(0.0, one.ended_s - one.at_s) * 1000, 3)
    told = {
        "pageref": page,
        "startedDateTime": rfc3339(began_at + timedelta(seconds=one.at_s), timespec="milliseconds"),
        "time": took_ms,
        "request": _request(one, origin),
        "response": _response(one),
        "cache": {},
        "timings": {"blocked": -1, "dns": -1, "connect": -1, "ssl": -1, "send": 0, "wait": took_ms, "receive": 0},
        "connection": str(one.connection),
        "_number": one.number,
        "_route": one.route,
        "_step": one.step,
        "_bites": list(one.bites),
        "_isStray": one.is_stray,
        "_isCut": one.is_cut,
    }
    return told | ({"comment": f"bitten by {', '.join(one.bites)}"} if one.bites else {})


def _request(one: Exchange, origin: str) -> dict[str, Any]:
    origin = origin or f"http://{next((value for name, value in one.request_headers if name == 'host'), 'localhost')}"
    told = {
        "method": one.method,
        "url": origin + masking.target(one.path, one.query),
        "httpVersion": "HTTP/1.1",
        "cookies": [],
        "headers": _headers(one.request_headers),
        "queryString": [{"name": name, "value": value} for name, value in masking.query(one.query)],
        "headersSize": -1,
        "bodySize": _length(one.request_body),
    }
    if not one.request_body:
        return told
    text, why = _text(one.request_body)
    posted = {"mimeType": _type(one.request_headers), "params": [], "text": text}
    return told | {"postData": posted | ({"comment": why} if why else {})}


def _response(one: Exchange) -> dict[str, Any]:
    text, why = _text(one.response_body, is_error=(one.status or 0) >= 400)
    content: dict[str, Any] = {"size": _length(one.response_body), "mimeType": _type(one.response_headers), "text": text}
    told = {
        "status": one.status or 0,
        "statusText": responses.get(one.status or 0, ""),
        "httpVersion": "HTTP/1.1",
        "cookies": [],
        "headers": _headers(one.response_headers),
        "content": content | ({"comment": why} if why else {}),
        "redirectURL": masking.email_masked(next((v for name, v in one.response_headers if name == "location"), "")),
        "headersSize": -1,
        "bodySize": _length(one.response_body),
    }
    return told | ({"comment": "no answer was sent"} if one.status is None else {})


def _headers(pairs: Sequence[tuple[str, str]]) -> list[dict[str, str]]:
    return [{"name": name, "value": masking.header(name, value)} for name, value in pairs]


def _type(pairs: Sequence[tuple[str, str]]) -> str:
    return next((value for name, value in pairs if name == "content-type"), "application/octet-stream")


def _text(body: bytes, *, is_error: bool = False) -> tuple[str, str]:
    """What is shown of a body, and why it is not all."""
    if not body:
        return "", ""
    if _SHORTENED.search(body):
        return "", f"{_length(body)} bytes, too long to be kept"
    shown = masking.body(body.decode("utf-8", errors="replace"), is_error=is_error)
    return ("", f"{len(body)} bytes that are no JSON, not shown") if shown is None else (shown, "")


def _length(body: bytes) -> int:
    shortened = _SHORTENED.search(body)
    return int(shortened[1]) if shortened else len(body)


def _version() -> str:
    try:
        return metadata.version("fiskil-harness")
    except metadata.PackageNotFoundError:
        return "0 (not installed)"
