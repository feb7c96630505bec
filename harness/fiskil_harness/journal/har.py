"""Export of a journal's API calls as HAR 1.2, the format of browsers' developer tools.

Each entry also lists the faults that acted on the call. Personal values are masked (``masking``), because people may share
the file; the caller removes the secrets.
Source: http://www.softwareishard.com/blog/har-12-spec/
"""

import json
from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta
from http.client import responses
from typing import Any

from fiskil_harness.core.clock import real_now, rfc3339
from fiskil_harness.core.printable import json_text
from fiskil_harness.core.redaction import masking
from fiskil_harness.core.version import version
from fiskil_harness.journal import Exchange, Journal, length_if_cut

VERSION = "1.2"


def har_of(
    journal: Journal, *, title: str = "exchanges", origin: str = "", began_at: datetime | None = None
) -> dict[str, Any]:
    """Return every exchange of *journal* as a HAR document, with secrets.

    Args:
        title: Title of the HAR page, such as the name of the scenario.
        origin: The origin of the API, like ``http://127.0.0.1:8000`` (default: the ``host`` header of each request).
        began_at: When the journal began (default: computed from the current time).
    """
    began_at = began_at or real_now() - timedelta(seconds=journal.elapsed_s())
    page = {"startedDateTime": rfc3339(began_at, timespec="milliseconds"), "id": title, "title": title, "pageTimings": {}}
    entries = [_entry(call, began_at, title, origin) for call in journal.all(Exchange)]
    return _log([page], entries)


def merged(hars: Iterable[dict[str, Any]]) -> dict[str, Any]:
    """Return one HAR document with the pages and exchanges of several."""
    logs = [har["log"] for har in hars]
    pages = [page for log in logs for page in log["pages"]]
    return _log(pages, [entry for log in logs for entry in log["entries"]])


def render(har: dict[str, Any]) -> str:
    """Return a HAR document as JSON text."""
    return json_text(json.dumps(har, indent=1, ensure_ascii=False)) + "\n"


def _log(pages: Sequence[dict[str, Any]], entries: Sequence[dict[str, Any]]) -> dict[str, Any]:
    creator = {"name": "fiskil-harness", "version": version()}
    return {"log": {"version": VERSION, "creator": creator, "pages": list(pages), "entries": list(entries)}}


def _entry(exchange: Exchange, began_at: datetime, page: str, origin: str) -> dict[str, Any]:
    took_ms = round(max(0.0, exchange.ended_s - exchange.at_s) * 1000, 3)
    entry = {
        "pageref": page,
        "startedDateTime": rfc3339(began_at + timedelta(seconds=exchange.at_s), timespec="milliseconds"),
        "time": took_ms,
        "request": _request(exchange, origin),
        "response": _response(exchange),
        "cache": {},
        "timings": {"blocked": -1, "dns": -1, "connect": -1, "ssl": -1, "send": 0, "wait": took_ms, "receive": 0},
        "connection": str(exchange.connection),
        "_number": exchange.number,
        "_route": exchange.route,
        "_step": exchange.step,
        "_bites": list(exchange.bites),
        "_isOfEarlierScenario": exchange.is_of_earlier_scenario,
        "_isCut": exchange.is_cut,
    }
    return entry | ({"comment": f"bitten by {', '.join(exchange.bites)}"} if exchange.bites else {})


def _request(exchange: Exchange, origin: str) -> dict[str, Any]:
    origin = origin or f"http://{next((value for name, value in exchange.request_headers if name == 'host'), 'localhost')}"
    request = {
        "method": exchange.method,
        "url": origin + masking.target(exchange.path, exchange.query),
        "httpVersion": "HTTP/1.1",
        "cookies": [],
        "headers": _headers(exchange.request_headers),
        "queryString": [{"name": name, "value": value} for name, value in masking.query(exchange.query)],
        "headersSize": -1,
        "bodySize": _length(exchange.request_body),
    }
    if not exchange.request_body:
        return request
    text, reason = _text(exchange.request_body)
    body = {"mimeType": _type(exchange.request_headers), "params": [], "text": text}
    return request | {"postData": body | ({"comment": reason} if reason else {})}


def _response(exchange: Exchange) -> dict[str, Any]:
    text, reason = _text(exchange.response_body, is_error=(exchange.status or 0) >= 400)
    content: dict[str, Any] = {
        "size": _length(exchange.response_body),
        "mimeType": _type(exchange.response_headers),
        "text": text,
    }
    response = {
        "status": exchange.status or 0,
        "statusText": responses.get(exchange.status or 0, ""),
        "httpVersion": "HTTP/1.1",
        "cookies": [],
        "headers": _headers(exchange.response_headers),
        "content": content | ({"comment": reason} if reason else {}),
        "redirectURL": masking.email_masked(
            next((value for name, value in exchange.response_headers if name == "location"), "")
        ),
        "headersSize": -1,
        "bodySize": _length(exchange.response_body),
    }
    return response | ({"comment": "no response was sent"} if exchange.status is None else {})


def _headers(pairs: Sequence[tuple[str, str]]) -> list[dict[str, str]]:
    return [{"name": name, "value": masking.header(name, value)} for name, value in pairs]


def _type(pairs: Sequence[tuple[str, str]]) -> str:
    return next((value for name, value in pairs if name == "content-type"), "application/octet-stream")


def _text(body: bytes, *, is_error: bool = False) -> tuple[str, str]:
    """Return the masked text of a body, or an empty text and the reason why the body is not shown."""
    if not body:
        return "", ""
    if length_if_cut(body) is not None:
        return "", f"{_length(body)} bytes, too long to be kept"
    masked = masking.body(body.decode("utf-8", errors="replace"), is_error=is_error)
    return ("", f"{len(body)} bytes that are not JSON, not shown") if masked is None else (masked, "")


def _length(body: bytes) -> int:
    return length_if_cut(body) or len(body)
