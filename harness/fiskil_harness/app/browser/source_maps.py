"""Source maps: which ones a script, a style or a page names, and what stands in them."""

import base64
import binascii
import re
from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING
from urllib.parse import unquote_to_bytes, urljoin

if TYPE_CHECKING:
    from playwright.async_api import BrowserContext

_NAMED = re.compile(rb"[/*][/*#@][#@]?\s*sourceMappingURL=([^\s'\"*<]+)")
HEADERS = ("sourcemap", "x-sourcemap")
CAP_MS = 5_000


def named_in(url: str, body: bytes, headers: Mapping[str, str]) -> Iterator[str]:
    """The absolute address of each map that what came from *url* names; ``data:`` for one that stands there itself."""
    told = [match.decode("utf-8", "replace") for match in _NAMED.findall(body)]
    told += [headers[name] for name in HEADERS if headers.get(name)]
    for fromkey in dict.fromkeys(told):
        yield fromkey if fromkey.startswith("data:") else urljoin(url, fromkey)


def inline(url: str) -> bytes:
    """What a ``data:`` address holds; nothing where it is none."""
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


async def fetched(context: "BrowserContext", url: str) -> tuple[int | None, bytes, str]:
    """Status and body of the map at *url*, asked for with the window's cookies, and what was lacking."""
    try:
        answer = await context.request.get(url, max_redirects=0, timeout=CAP_MS)
        return answer.status, await answer.body(), ""
    except Exception:  # noqa: BLE001 - Playwright has one class for all that can go wrong here
        return None, b"", "the source map could not be read"
