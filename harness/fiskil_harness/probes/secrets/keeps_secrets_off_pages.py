"""Are the client secret, the webhook secret and tokens absent from everything that the app sends to a browser?"""

from collections.abc import Iterator

from fiskil_harness.core.config.hooks import PAGES
from fiskil_harness.journal import Fetched, Journal, PageView, Stored
from fiskil_harness.journal.queries.api_calls import bearer, calls
from fiskil_harness.journal.queries.page_coverage import coverage_gap
from fiskil_harness.journal.queries.secrets import STORING_HEADERS, SecretsFound
from fiskil_harness.probes.probe import Finding, Probe

KINDS = {
    "document": "the source",
    "script": "a script",
    "stylesheet": "a style sheet",
    "sourcemap": "a source map",
    "xhr": "a response to a script",
    "fetch": "a response to a script",
    "websocket": "a WebSocket message",
}
NOT_KEPT = ("client secret", "webhook secret")
"""Kinds of secrets that no browser may store or send; the probe keeps_tokens_off_browsers judges stored tokens."""


class KeepsSecretsOffPages(Probe, frozen=True, kw_only=True, tag="keeps_secrets_off_pages"):
    """Check that no page, script, source map or response to a script contains a client secret, webhook secret or token.

    The user of a browser can read everything that the browser receives, so encoded secrets count too. If a page or response
    was not read completely, the result cannot be PASS, but a secret in the part that was read is a FAIL.
    """

    is_general = True
    needs = (PAGES,)
    expected = "no client secret, webhook secret or token in anything that the browser receives"
    source = "credentials.never-in-frontend"
    fix = "keep credentials in the server's environment, and send requests of pages to your server instead of Fiskil"

    def examine(self, journal: Journal) -> Finding:
        """Search all responses with their headers, all rendered pages, all requests, and the browser's storage."""
        found = SecretsFound(journal)
        requests = journal.all(Fetched)
        in_responses = (*_in_responses(requests, found), *_in_pages(journal, found))
        hits = list(dict.fromkeys((*in_responses, *_in_requests_and_storage(journal, requests, found))))
        if hits:
            return self.fails(hits[0], evidence=tuple(hits))
        if gap := coverage_gap(journal):
            return self.inconclusive(*gap)
        if not any(call.route == "token" or bearer(call) for call in calls(journal)):
            return self.inconclusive("the app used neither its key nor a token")
        return self.passes("nothing that the browser received contains a secret", examined=_count_responses(requests))


def _count_responses(requests: list[Fetched]) -> int:
    """Return the number of responses that were read.

    A WebSocket counts once, because the number of its messages depends on timing.
    """
    read = [fetched for fetched in requests if fetched.body]
    sockets = {fetched.url for fetched in read if fetched.kind == "websocket"}
    return len([fetched for fetched in read if fetched.kind != "websocket"]) + len(sockets)


def _in_responses(requests: list[Fetched], found: SecretsFound) -> Iterator[str]:
    for fetched in requests:
        place = KINDS.get(fetched.kind, "a response")
        for secret in found.of(fetched, "body"):
            yield f"{secret.description} is in {place} of the page {fetched.page!r}"
        for number, (name, _) in enumerate(fetched.response_headers):
            kinds = NOT_KEPT if name.lower() in STORING_HEADERS else ()
            for secret in found.of(fetched, "header", header=number, kinds=kinds):
                yield f"{secret.description} is in the headers of a response to the page {fetched.page!r}"


def _in_pages(journal: Journal, found: SecretsFound) -> Iterator[str]:
    for view in journal.all(PageView):
        for secret in found.of(view):
            yield f"{secret.description} is on the page {view.page!r}"


def _in_requests_and_storage(journal: Journal, requests: list[Fetched], found: SecretsFound) -> Iterator[str]:
    for fetched in requests:
        for secret in found.of(fetched, "request", kinds=NOT_KEPT):
            yield f"{secret.description} is in a request of the page {fetched.page!r}"
    for stored in journal.all(Stored):
        for secret in found.of(stored, kinds=NOT_KEPT):
            yield f"{secret.description} is kept by the browser ({stored.place})"
