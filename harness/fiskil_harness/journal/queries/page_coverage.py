"""What probes about leaks know of the app's pages: which were seen, and why that may not be all there is to see."""

import zlib
from base64 import urlsafe_b64decode
from collections.abc import Iterator
from urllib.parse import unquote, unquote_plus

from fiskil_harness.core.config.hooks import PAGES
from fiskil_harness.core.redaction import Index
from fiskil_harness.journal import NO_RESPONSE, CutShort, Fetched, Journal, PageView, Stored

BACK = "callback"
"""What the page is called where a journey that ended with a consent comes back to."""

WAITED_FOR = frozenset({"document", "script"})
"""The kinds that a page is made of; what else it did not wait for, it has not got."""

READABLE_KINDS = frozenset(
    {"document", "script", "xhr", "fetch", "other", "sourcemap", "websocket", "serviceworker", "eventsource"}
)
"""The kinds of requests whose answers may hold a secret; pictures, fonts and styles are left to themselves."""

STREAMS = frozenset({"websocket", "eventsource"})
"""The kinds that tell another thing each time."""

LARGEST = 1_000_000


def secrets_in(text: bytes, index: Index) -> list[str]:
    """The secrets in *text*, as it stands or as what it is made of: of each kind what is told first."""
    hits: dict[str, str] = {}
    for spelling in dict.fromkeys(_spellings(text)):
        for hit in index.hits(spelling):
            hits.setdefault(hit.kind, hit.text)
    return list(hits.values())


def unseen(journal: Journal) -> tuple[str, str]:
    """Why not everything was seen that pages show and ask for, in words, and what would help; or nothing."""
    for short in journal.all(CutShort):
        return short.what, short.hook
    looks = journal.all(PageView)
    if not looks:
        return "no page of the app was looked at", PAGES
    return next(iter((*_lacks_of_looks(looks), *_lacks_of_requests(journal), *_lacks_of_storage(journal))), ""), ""


def _lacks_of_looks(looks: list[PageView]) -> Iterator[str]:
    for look in looks:
        if look.problem:
            yield f"the page {look.page!r} was not seen as it is: {look.problem}"
    if not any(look.page == BACK for look in looks):
        yield "no journey came back to the app in the browser"


def _lacks_of_requests(journal: Journal) -> Iterator[str]:
    """What was not read, but for what the same page asked for again and was read then, and what the browser never got.

    What was read before says nothing: an answer of before a consent is not that of after it.
    """
    asked = journal.all(Fetched)
    last_read = {
        _asked(fetched): number
        for number, fetched in enumerate(asked)
        if not fetched.problem and fetched.kind not in STREAMS
    }
    for number, fetched in enumerate(asked):
        is_needless = fetched.problem == NO_RESPONSE and fetched.kind not in WAITED_FOR
        is_known = is_needless or fetched.is_api or last_read.get(_asked(fetched), -1) > number
        if fetched.problem and fetched.kind in READABLE_KINDS and not is_known:
            yield f"a {fetched.kind} of the page {fetched.page!r} was not read: {fetched.problem}"


def _asked(one: Fetched) -> tuple[str, str, str, str]:
    return one.participant, one.page, one.method, one.url


def _lacks_of_storage(journal: Journal) -> Iterator[str]:
    for stored in journal.all(Stored):
        if stored.place == "lack":
            yield f"what the browser keeps ({stored.name}) was not read: {stored.value}"


def _spellings(text: bytes) -> Iterator[bytes]:
    """*text*, and without percent signs, and what packed parts of it hold: some frameworks pack what cookies hold."""
    yield text
    if len(text) > LARGEST:
        return
    if b"%" in text or b"+" in text:
        told = text.decode("utf-8", "replace")
        yield unquote(told).encode()
        yield unquote_plus(told).encode()
    if len(text) <= 8192:
        for part in text.replace(b"%", b".").split(b"."):
            yield from _unpacked(part)


def _unpacked(part: bytes) -> Iterator[bytes]:
    if len(part) < 24:
        return
    try:
        raw = urlsafe_b64decode(part + b"=" * (-len(part) % 4))
        yield zlib.decompressobj().decompress(raw, LARGEST)
    except (ValueError, zlib.error):
        return
