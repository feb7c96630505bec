"""Do the client secret, the webhook secret and tokens stay out of everything that the app sends to a browser?"""

from collections.abc import Iterator
from typing import ClassVar

from fiskil_harness.core.config.hooks import PAGES
from fiskil_harness.core.model.findings import Finding
from fiskil_harness.core.redaction import Index
from fiskil_harness.journal import Fetched, Journal, PageView, Stored
from fiskil_harness.journal.queries.api_calls import bearer, calls
from fiskil_harness.journal.queries.page_coverage import secrets_in, unseen
from fiskil_harness.journal.queries.secrets import CREDENTIALS, index_of
from fiskil_harness.probes.probe import PlainProbe

KINDS = {
    "document": "the source",
    "script": "a script",
    "stylesheet": "a style sheet",
    "sourcemap": "a source map",
    "xhr": "an answer to a script",
    "fetch": "an answer to a script",
    "websocket": "what a socket tells",
}
HELD = ("client secret", "webhook secret")
"""What no browser may keep or send; of tokens that it keeps another probe tells."""
SENT_ON = ("set-cookie", "location")
"""Headers of answers from which a browser keeps cookies and addresses."""


class KeepsSecretsOffPages(PlainProbe, frozen=True, kw_only=True, tag="keeps_secrets_off_pages"):
    """No page, script, source map or answer to a script holds a client secret, a webhook secret or a token.

    Whatever a browser was sent, whoever sits before it can read; encodings hide nothing. A page that was not seen as it is,
    and an answer that was not read, prove nothing, but a secret in what was read does.
    """

    needs: ClassVar[tuple[str, ...]] = (PAGES,)
    expected: ClassVar[str] = "no client secret, webhook secret or token in anything that the browser is sent"
    source: ClassVar[str] = "credentials.never-in-frontend"
    fix: ClassVar[str] = "keep credentials in the server's environment, and let pages ask your server instead of Fiskil"

    def examine(self, journal: Journal) -> Finding:
        """Search every answer with its headers, every page as it stood, and what the browser sent and kept."""
        wanted, held = index_of(journal, CREDENTIALS), index_of(journal, HELD)
        asked = journal.all(Fetched)
        hits = list(dict.fromkeys((*_answered(asked, wanted, held), *_shown(journal, wanted), *_kept(journal, asked, held))))
        if hits:
            return self.fails(hits[0], evidence=tuple(hits), examined=len(asked))
        problem, hook = unseen(journal)
        if problem:
            return self.inconclusive(problem, hook=hook)
        if not any(call.route == "token" or bearer(call) for call in calls(journal)):
            return self.inconclusive("the app used neither its key nor a token")
        return self.passes("nothing that the browser was sent holds a secret", examined=_count(asked))


def _count(asked: list[Fetched]) -> int:
    """How many answers were read; in how many pieces a socket was heard is a matter of time."""
    read = [fetched for fetched in asked if fetched.body]
    sockets = {fetched.url for fetched in read if fetched.kind == "websocket"}
    return len([fetched for fetched in read if fetched.kind != "websocket"]) + len(sockets)


def _answered(asked: list[Fetched], wanted: Index, held: Index) -> Iterator[str]:
    for fetched in asked:
        place = KINDS.get(fetched.kind, "an answer")
        for what in secrets_in(fetched.body, wanted):
            yield f"{what} stands in {place} of the page {fetched.page!r}"
        for name, value in fetched.response_headers:
            for what in secrets_in(f"{name}: {value}".encode(), held if name.lower() in SENT_ON else wanted):
                yield f"{what} stands in the headers of an answer to the page {fetched.page!r}"


def _shown(journal: Journal, wanted: Index) -> Iterator[str]:
    for view in journal.all(PageView):
        for what in secrets_in(f"{view.text}\n{view.html}".encode(), wanted):
            yield f"{what} stands on the page {view.page!r}"


def _kept(journal: Journal, asked: list[Fetched], wanted: Index) -> Iterator[str]:
    for fetched in asked:
        for what in secrets_in(
            b"\n".join([fetched.url.encode(), fetched.sent, *(value.encode() for _, value in fetched.headers)]), wanted
        ):
            yield f"{what} stands in a request of the page {fetched.page!r}"
    for kept in journal.all(Stored):
        for what in secrets_in(f"{kept.name}={kept.value}".encode(), wanted):
            yield f"{what} is kept by the browser ({kept.place})"
