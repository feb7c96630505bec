"""Page coverage for probes about leaks: secrets found in page content, and why some content was not read."""

import zlib
from base64 import urlsafe_b64decode
from collections.abc import Iterator
from urllib.parse import unquote, unquote_plus

from fiskil_harness.core.config.hooks import PAGES
from fiskil_harness.core.redaction import Index
from fiskil_harness.journal import NO_RESPONSE, Fetched, Journal, PageView, StepIncomplete, Stored

BACK = "callback"
"""Name of the page to which a journey that ended with a consent returns."""

WAITED_FOR = frozenset({"document", "script"})
"""Resource types that a page needs; if it did not wait for another type, it did not use the response."""

READABLE_KINDS = frozenset(
    {"document", "script", "xhr", "fetch", "other", "sourcemap", "websocket", "serviceworker", "eventsource"}
)
"""Resource types whose responses may contain a secret; pictures, fonts and styles are ignored."""

STREAMS = frozenset({"websocket", "eventsource"})
"""Resource types with different content on each request."""

LARGEST = 1_000_000


def secrets_in(text: bytes, index: Index) -> list[str]:
    """Return the secrets in *text*, as written or decoded: the first of each kind, as the index describes it."""
    hits: dict[str, str] = {}
    for spelling in dict.fromkeys(_decodings(text)):
        for hit in index.hits(spelling):
            hits.setdefault(hit.kind, hit.text)
    return list(hits.values())


def coverage_gap(journal: Journal) -> tuple[str, str]:
    """Return why not all content and requests of pages were observed, and the hook that would help; both may be empty."""
    for cut_short in journal.all(StepIncomplete):
        return cut_short.reason, cut_short.hook
    views = journal.all(PageView)
    if not views:
        return "no page of the app was viewed", PAGES
    return next(iter((*_view_gaps(views), *_request_gaps(journal), *_storage_gaps(journal))), ""), ""


def _view_gaps(views: list[PageView]) -> Iterator[str]:
    for view in views:
        if view.problem:
            yield f"the page {view.page!r} could not be read: {view.problem}"
    if not any(view.page == BACK for view in views):
        yield "no journey returned to the app in the browser"


def _request_gaps(journal: Journal) -> Iterator[str]:
    """Yield the requests whose responses were not read.

    A request that the same page made again later, and that was read then, does not count, nor one without a response. An
    earlier read does not help: a response from before a consent differs from one after it.
    """
    requests = journal.all(Fetched)
    last_read = {
        _key(fetched): number
        for number, fetched in enumerate(requests)
        if not fetched.problem and fetched.kind not in STREAMS
    }
    for number, fetched in enumerate(requests):
        is_unused = fetched.problem == NO_RESPONSE and fetched.kind not in WAITED_FOR
        is_accounted_for = is_unused or fetched.is_api or last_read.get(_key(fetched), -1) > number
        if fetched.problem and fetched.kind in READABLE_KINDS and not is_accounted_for:
            yield f"a response of type {fetched.kind} on the page {fetched.page!r} was not read: {fetched.problem}"


def _key(fetched: Fetched) -> tuple[str, str, str, str]:
    return fetched.participant, fetched.page, fetched.method, fetched.url


def _storage_gaps(journal: Journal) -> Iterator[str]:
    for stored in journal.all(Stored):
        if stored.is_unread:
            yield f"the browser's {stored.name} could not be read: {stored.value}"


def _decodings(text: bytes) -> Iterator[bytes]:
    """Yield *text* as written, percent-decoded, and uncompressed: some frameworks compress their cookies."""
    yield text
    if len(text) > LARGEST:
        return
    if b"%" in text or b"+" in text:
        quoted = text.decode("utf-8", "replace")
        yield unquote(quoted).encode()
        yield unquote_plus(quoted).encode()
    if len(text) <= 8192:
        for part in text.replace(b"%", b".").split(b"."):
            yield from _uncompressed(part)


def _uncompressed(part: bytes) -> Iterator[bytes]:
    if len(part) < 24:
        return
    try:
        raw = urlsafe_b64decode(part + b"=" * (-len(part) % 4))
        yield zlib.decompressobj().decompress(raw, LARGEST)
    except (ValueError, zlib.error):
        return
