"""What probes about leaks know of the app's pages: which were seen, and why that may not be all there is to see."""

import zlib
from base64 import urlsafe_b64decode
from collections.abc import Iterator
from urllib.parse import unquote, unquote_plus

from harness.journal import GIVEN_UP, Canaries, CutShort, Fetched, Journal, Shown, Stored
from harness.probes.needles import Needle, is_in, needles_of

PAGES = "app.observe.pages"
BACK = "callback"
"""What the page is called where a journey that ended with a consent comes back to."""

SECRETS = ("access token", "client secret", "webhook secret")
WAITED_FOR = frozenset({"document", "script"})
"""The kinds that a page is made of; what else it did not wait for, it has not got."""

TELLING = frozenset(
    {"document", "script", "xhr", "fetch", "other", "sourcemap", "websocket", "serviceworker", "eventsource"}
)
"""The kinds of requests whose answers may hold a secret; pictures, fonts and styles are left to themselves."""

LARGEST = 1_000_000


def needles(journal: Journal, kinds: tuple[str, ...] = SECRETS) -> list[Needle]:
    """Every way to write each secret of these kinds."""
    return [one for canaries in journal.all(Canaries) for one in needles_of(canaries) if one.kind in kinds]


def found_in(text: bytes, wanted: list[Needle]) -> list[str]:
    """The kinds of secrets in *text*, as it stands or as what it is made of, each in the first way it is written."""
    spellings = dict.fromkeys(_spellings(text))
    hits: dict[str, str] = {}
    for one in wanted:
        if one.kind not in hits and any(is_in(one, spelling) for spelling in spellings):
            hits[one.kind] = " ".join(word for word in ("the", one.kind, one.form) if word)
    return list(hits.values())


def unseen(journal: Journal) -> tuple[str, str]:
    """Why not everything was seen that pages show and ask for, in words, and what would help; or nothing."""
    for short in journal.all(CutShort):
        return short.what, short.hook
    looks = journal.all(Shown)
    if not looks:
        return "no page of the app was looked at", PAGES
    return next(iter((*_lacks_of_looks(looks), *_lacks_of_requests(journal), *_lacks_of_storage(journal))), ""), ""


def _lacks_of_looks(looks: list[Shown]) -> Iterator[str]:
    for one in looks:
        if one.lack:
            yield f"the page {one.page!r} was not seen as it is: {one.lack}"
    if not any(one.page == BACK for one in looks):
        yield "no journey came back to the app in the browser"


def _lacks_of_requests(journal: Journal) -> Iterator[str]:
    """What was not read, but for what was read another time, and what the browser never got."""
    read = {(one.method, one.url) for one in journal.all(Fetched) if not one.lack}
    for one in journal.all(Fetched):
        is_needless = one.lack == GIVEN_UP and one.kind not in WAITED_FOR
        is_known = is_needless or one.is_api or (one.method, one.url) in read
        if one.lack and one.kind in TELLING and not is_known:
            yield f"a {one.kind} of the page {one.page!r} was not read: {one.lack}"


def _lacks_of_storage(journal: Journal) -> Iterator[str]:
    for one in journal.all(Stored):
        if one.place == "lack":
            yield f"what the browser keeps ({one.name}) was not read: {one.value}"


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
