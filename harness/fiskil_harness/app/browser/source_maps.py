"""Finds the source maps that a script, stylesheet or page refers to, and fetches them."""

import base64
import binascii
import re
from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING
from urllib.parse import unquote_to_bytes, urljoin

if TYPE_CHECKING:
    from playwright.async_api import BrowserContext

_REFERENCE = re.compile(rb"[/*][/*#@][#@]?\s*sourceMappingURL=([^\s'\"*<]+)")
HEADERS = ("sourcemap", "x-sourcemap")
CAP_MS = 5_000


def map_urls(url: str, body: bytes, headers: Mapping[str, str]) -> Iterator[str]:
    """Yield the absolute URL of each source map that the resource at *url* refers to. An inline map has a ``data:`` URL."""
    references = [match.decode("utf-8", "replace") for match in _REFERENCE.findall(body)]
    references += [headers[name] for name in HEADERS if headers.get(name)]
    for reference in dict.fromkeys(references):
        yield reference if reference.startswith("data:") else urljoin(url, reference)


def decode(url: str) -> bytes:
    """Return the content of a ``data:`` URL, or b'' if it is invalid."""
    head, comma, rest = url.removeprefix("data:").partition(",")
    if not comma:
        return b""
    raw = unquote_to_bytes(rest)
    if not head.endswith(";base64"):
        return raw
    try:
        return base64.b64decode(raw + b"=" * (-len(raw) % 4))
    except binascii.Error:
        return b""


async def fetch(context: "BrowserContext", url: str) -> tuple[int | None, bytes, str]:
    """Fetch the source map at *url* with the window's cookies; return status, body and problem."""
    try:
        response = await context.request.get(url, max_redirects=0, timeout=CAP_MS)
        return response.status, await response.body(), ""
    except Exception:  # noqa: BLE001 - Playwright has one class for all errors here
        return None, b"", "the source map could not be read"
