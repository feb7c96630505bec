"""Queries for probes about leaks on pages: the reasons why some content was not read."""

from collections.abc import Iterator

from fiskil_harness.core.config.hooks import PAGES
from fiskil_harness.journal import NO_RESPONSE, Fetched, Journal, PageView, StepIncomplete, Stored

BACK = "callback"
"""Name of the page to which the browser is redirected after a consent."""

WAITED_FOR = frozenset({"document", "script"})
"""Resource types that a page cannot work without.

A missing response of any other type is no gap in the coverage, because the page did not wait for it.
"""

READABLE_KINDS = frozenset(
    {"document", "script", "xhr", "fetch", "other", "sourcemap", "websocket", "serviceworker", "eventsource"}
)
"""Resource types whose responses may contain a secret; pictures, fonts and styles are ignored."""

STREAMS = frozenset({"websocket", "eventsource"})
"""Resource types whose content differs on each request."""


def coverage_gap(journal: Journal) -> tuple[str, str] | None:
    """Return why some content or requests of pages were not observed, and the hook that would help.

    None if everything was observed.
    """
    for cut_short in journal.all(StepIncomplete):
        return cut_short.reason, cut_short.hook
    views = journal.all(PageView)
    if not views:
        return "no page of the app was viewed", PAGES
    gaps = (*_view_gaps(views), *_request_gaps(journal), *_storage_gaps(journal))
    return (gaps[0], "") if gaps else None


def _view_gaps(views: list[PageView]) -> Iterator[str]:
    for view in views:
        if view.problem:
            yield f"the page {view.page!r} could not be read: {view.problem}"
    if not any(view.page == BACK for view in views):
        yield "no journey returned to the app in the browser"


def _request_gaps(journal: Journal) -> Iterator[str]:
    """Yield a sentence for each request of a page whose response was not read.

    Requests without a response are left out, and so are requests whose response was read when the same page repeated them
    later. An earlier response does not count, because the content may have changed, for example after a consent.
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
